/** The files of a conversation: what each is, opened, given to the workspace, or removed. */
import { ActionIcon, Badge, Button, Drawer, Group, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconBuildingCommunity, IconFileText, IconPaperclip, IconTable, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import { asProblem } from "../api/problems";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { problemText } from "../design/Failure";
import { toast } from "../design/toasts";
import { unlessBelow } from "../design/topmost";
import { useMessages } from "../i18n/messages";
import { filesKey, type ConversationFile } from "../uploads/files";
import { useUploads } from "../uploads/Uploads";
import css from "./files.module.css";

interface Props {
  sessionId: string;
  files: readonly ConversationFile[];
}

export function ConversationFiles({ sessionId, files }: Props) {
  const m = useMessages();
  const [shown, { open, close }] = useDisclosure();
  const uploads = useUploads();
  if (files.length === 0) return null;
  return (
    <div className={css.bar}>
      <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconPaperclip size={14} />} onClick={open}>
        {m.files.count(files.length)}
      </Button>
      <Drawer opened={shown} onClose={unlessBelow(close)} position="right" size="26rem" title={m.files.title} closeButtonProps={{ "aria-label": m.close }}>
        <Text size="sm" c="dimmed" mb="sm">
          {m.files.lead}
        </Text>
        <ul className={css.list}>
          {files.map((file) => (
            <Line key={file.id} sessionId={sessionId} file={file} />
          ))}
        </ul>
        <Button mt="md" variant="default" leftSection={<IconPaperclip size={16} />} onClick={uploads.choose}>
          {m.uploads.add}
        </Button>
      </Drawer>
    </div>
  );
}

const COLOURS: Record<string, string> = { ready: "pine", failed: "red", expired: "gray" };

function Line({ sessionId, file }: { sessionId: string; file: ConversationFile }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const uploads = useUploads();
  const [removing, setRemoving] = useState(false);
  const isDocument = file.kind === "document";
  const Icon = isDocument ? IconFileText : IconTable;
  const changed = () => ["conversations", "documents", "datasets", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
  const documentPath = { params: { path: { session_id: sessionId, document_id: file.id } } };
  const datasetPath = { params: { path: { session_id: sessionId, dataset_id: file.id } } };
  const keep = async () => {
    try {
      if (isDocument) await read(api.POST("/api/v1/chat/sessions/{session_id}/documents/{document_id}/keep", documentPath));
      else await read(api.POST("/api/v1/chat/sessions/{session_id}/datasets/{dataset_id}/keep", datasetPath));
      toast(m.files.kept(file.name));
      changed();
    } catch (error) {
      toast(problemText(asProblem(error), m), { tone: "danger" });
    }
  };
  const remove = async () => {
    if (isDocument) await done(api.DELETE("/api/v1/chat/sessions/{session_id}/documents/{document_id}", documentPath));
    else await done(api.DELETE("/api/v1/chat/sessions/{session_id}/datasets/{dataset_id}", datasetPath));
    uploads.drop((item) => item.ids.includes(file.id));
    await queries.invalidateQueries({ queryKey: filesKey(sessionId) });
    changed();
  };
  return (
    <li className={css.line}>
      <Icon size={17} aria-hidden />
      {isDocument ? (
        <Link to="/documents/$documentId" params={{ documentId: file.id }} search={{ session: sessionId }} className={css.lineName}>
          {file.name}
        </Link>
      ) : (
        <Link to="/data/$datasetId" params={{ datasetId: file.id }} search={{ session: sessionId }} className={css.lineName}>
          {file.name}
        </Link>
      )}
      <Group gap={2} wrap="nowrap">
        {file.status !== "ready" && <Badge color={COLOURS[file.status] ?? "blue"}>{m.documents.status[file.status]}</Badge>}
        {mayEdit && file.status === "ready" && (
          <Tooltip label={m.files.keep}>
            <ActionIcon variant="subtle" color="gray" aria-label={`${m.files.keep}: ${file.name}`} onClick={() => void keep()}>
              <IconBuildingCommunity size={17} />
            </ActionIcon>
          </Tooltip>
        )}
        <Tooltip label={m.files.remove}>
          <ActionIcon variant="subtle" color="gray" aria-label={`${m.files.remove}: ${file.name}`} onClick={() => setRemoving(true)}>
            <IconTrash size={17} />
          </ActionIcon>
        </Tooltip>
      </Group>
      {file.error && (
        <Text size="xs" c="var(--danger)" className={css.note}>
          {m.problem.told(file.error.code, file.error.detail)}
        </Text>
      )}
      {removing && <Confirm title={m.files.removeTitle(file.name)} lead={m.files.removeLead} action={m.files.remove} name={file.name} act={remove} close={() => setRemoving(false)} />}
    </li>
  );
}
