/** Read-only links to a conversation. */
import { api, done, read } from "../api/client";
import { ShareDialog } from "../design/ShareDialog";
import { useMessages } from "../i18n/messages";

export function ShareConversation({ sessionId, close }: { sessionId: string; close: () => void }) {
  const m = useMessages();
  const path = { session_id: sessionId };
  return (
    <ShareDialog
      of={["conversations", sessionId]}
      lead={m.share.conversationLead}
      list={async () => (await read(api.GET("/api/v1/chat/sessions/{session_id}/shares", { params: { path, query: { limit: 100 } } }))).items}
      make={async (days) => (await read(api.POST("/api/v1/chat/sessions/{session_id}/shares", { params: { path }, body: { days } }))).token}
      remove={(id) => done(api.DELETE("/api/v1/chat/sessions/{session_id}/shares/{link_id}", { params: { path: { ...path, link_id: id } } }))}
      address={(token) => `${location.origin}/shared/conversation/${token}`}
      close={close}
    />
  );
}
