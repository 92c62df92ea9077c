/** What was wrong, and what would have been right: a word with its meaning, a note on a quoted document. */
import { Button, Group, NativeSelect, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FeedbackIn } from "../api/schema";
import { useMessages } from "../i18n/messages";
import { correctionOf, meanings, quoted, unknownWord, type Draft } from "./corrections";
import { readModel } from "./library";
import type { Turn } from "./turn";

interface Props {
  turn: Turn;
  close: () => void;
  send: (told: Pick<FeedbackIn, "comment" | "correction">) => void;
}

export function Correcting({ turn, close, send }: Props) {
  const m = useMessages();
  const documents = quoted(turn);
  const [draft, setDraft] = useState<Draft>({ comment: "", word: unknownWord(turn), means: "", documentId: documents[0]?.id ?? "", note: "" });
  const set = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const comment = draft.comment.trim();
  const correction = correctionOf(draft);
  const nothing = correction === undefined || (comment === "" && correction === null);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!nothing) send({ ...(comment === "" ? {} : { comment }), ...(correction === null ? {} : { correction }) });
      }}
    >
      <Stack gap="xs">
        <Textarea data-autofocus autosize minRows={2} maxRows={8} maxLength={4000} label={m.feedback.why} value={draft.comment} onChange={(event) => set({ comment: event.currentTarget.value })} />
        {documents.length > 0 ? <Note documents={documents} draft={draft} set={set} /> : <Word draft={draft} set={set} />}
        <Group justify="flex-end" gap="xs">
          <Button size="xs" variant="default" onClick={close}>
            {m.close}
          </Button>
          <Button size="xs" type="submit" disabled={nothing}>
            {m.feedback.send}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PartProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
}

function Note({ documents, draft, set }: PartProps & { documents: ReturnType<typeof quoted> }) {
  const m = useMessages();
  return (
    <>
      {documents.length > 1 && (
        <NativeSelect size="xs" label={m.feedback.noteOn} data={documents.map(({ id, title }) => ({ value: id, label: title }))} value={draft.documentId} onChange={(event) => set({ documentId: event.currentTarget.value })} />
      )}
      <Textarea size="xs" autosize minRows={1} maxRows={6} maxLength={2000} label={m.feedback.note} description={m.feedback.noteLead} value={draft.note} onChange={(event) => set({ note: event.currentTarget.value })} />
    </>
  );
}

function Word({ draft, set }: PartProps) {
  const m = useMessages();
  const model = useQuery({ queryKey: ["semantic-model"], queryFn: readModel });
  if (model.data == null) return null;
  const choices = [{ value: "", label: m.feedback.nothingMeant }, ...meanings(model.data)];
  return (
    <>
      <TextInput size="xs" maxLength={80} label={m.feedback.word} description={m.feedback.wordLead} value={draft.word} onChange={(event) => set({ word: event.currentTarget.value })} />
      <NativeSelect size="xs" label={m.feedback.means} data={choices} value={draft.means} onChange={(event) => set({ means: event.currentTarget.value })} />
    </>
  );
}
