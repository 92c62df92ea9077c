/** A verified question's words and query, to be changed; and what was done to it. */
import { JsonInput, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../api/client";
import { Problem } from "../api/problems";
import type { SemanticQueryInput, VerifiedQuestionView } from "../api/schema";
import { Dialog } from "../design/Dialog";
import { DialogButtons } from "../design/DialogButtons";
import { Failure, FailureNote } from "../design/Failure";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";

interface EditProps {
  question: VerifiedQuestionView;
  refresh: () => void;
  close: () => void;
}

export function EditQuestion({ question, refresh, close }: EditProps) {
  const m = useMessages();
  const known = JSON.stringify(question.query, null, 2);
  const [words, setWords] = useState(question.question);
  const [query, setQuery] = useState(known);
  const save = useMutation({
    mutationFn: () => {
      const body = { ...(words !== question.question && { question: words }), ...(query !== known && { query: parsed(query, m.verified.noJson), as_of: question.as_of }) };
      return read(api.PATCH("/api/v1/verified-questions/{verified_id}", { params: { path: { verified_id: question.id } }, body }));
    },
    onSuccess: () => {
      refresh();
      close();
    },
  });
  return (
    <Dialog opened onClose={close} size="lg" title={m.verified.editTitle} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {m.verified.editLead}
          </Text>
          <Textarea required data-autofocus autosize label={m.ask.label} value={words} onChange={(event) => setWords(event.currentTarget.value)} />
          <JsonInput label={m.ask.query} autosize minRows={4} maxRows={14} formatOnBlur styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }} value={query} onChange={setQuery} />
          <FailureNote error={save.error} />
          <DialogButtons busy={save.isPending} disabled={words.trim() === "" || (words === question.question && query === known)} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}

/** The server holds the query against its schema and the model. */
function parsed(text: string, complaint: string): SemanticQueryInput {
  try {
    return JSON.parse(text) as SemanticQueryInput;
  } catch {
    throw new Problem(422, "invalid_json", complaint);
  }
}

export function History({ question, who, close }: { question: VerifiedQuestionView; who: (id: string | null) => string | null; close: () => void }) {
  const m = useMessages();
  const f = useFormats();
  const changes = useQuery({
    queryKey: ["verified", "changes", question.id],
    queryFn: () => read(api.GET("/api/v1/verified-questions/{verified_id}/changes", { params: { path: { verified_id: question.id }, query: { limit: 100 } } })),
    staleTime: 0,
  });
  return (
    <Dialog opened onClose={close} title={m.verified.history} closeButtonProps={{ "aria-label": m.close }}>
      {changes.isError ? (
        <Failure error={changes.error} retry={() => void changes.refetch()} />
      ) : changes.isPending ? (
        <Waiting lines={3} />
      ) : (
        <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
          {changes.data.items.map((each) => (
            <Text key={each.id} size="sm" component="li">
              {[m.verified.actions[each.action] ?? each.action, who(each.changed_by), f.moment(each.created_at)].filter(Boolean).join(" · ")}
            </Text>
          ))}
        </Stack>
      )}
    </Dialog>
  );
}
