/** A question beside the model: how it is read with what is kept. */
import { Badge, Button, Group, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { api, read } from "../api/client";
import { useState } from "react";
import type { Answer } from "../api/schema";
import type { Cell } from "../ask/csv";
import { abstentionText, askedBackText, QUESTIONS } from "../ask/said";
import { FailureNote } from "../design/Failure";
import { ResultTable } from "../design/ResultTable";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./semantics.module.css";

export function TryQuestion({ unsaved }: { unsaved: boolean }) {
  const m = useMessages();
  const f = useFormats();
  const [question, setQuestion] = useState("");
  const ask = useMutation({ mutationFn: () => read(api.POST("/api/v1/ask", { body: { question, stream: false, scope: { routes: ["data"] } } })) });
  const answer = ask.data as Answer | undefined;
  const found = answer?.evidence.find((each) => each.kind === "query");
  const told = answer && (answer.ask_back ? askedBackText(answer.ask_back, m) : (abstentionText(answer, m, f) ?? undefined));
  return (
    <section className={css.try} aria-label={m.semantics.try}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput flex={1} miw={160} label={m.semantics.try} description={unsaved ? m.semantics.tryUnsaved : undefined} placeholder={m.empty.exampleData} lang={QUESTIONS} value={question} onChange={(event) => setQuestion(event.currentTarget.value)} />
          <Button type="submit" variant="default" loading={ask.isPending} disabled={question.trim() === ""}>
            {m.ask.send}
          </Button>
        </Group>
      </form>
      <FailureNote error={ask.error} />
      {answer !== undefined && (
        <div role="status">
          <Group gap="xs">
            <Badge color={answer.status === "answered" ? "pine" : "yellow"}>{m.ask.status[answer.status]}</Badge>
            {found && (
              <Text size="sm" c="dimmed" lang={QUESTIONS}>
                {found.words}
              </Text>
            )}
          </Group>
          <Text size="sm" mt={6} lang={told === undefined && answer.route === "data" ? QUESTIONS : undefined}>
            {told ?? answer.text}
          </Text>
        </div>
      )}
      {found && found.rows.length > 0 && <ResultTable columns={found.columns} rows={found.rows as Cell[][]} label={found.words} maxHeight="14rem" />}
    </section>
  );
}
