/** How a number came about: the words, the query, the SQL, over which data, by which stage, at what cost. */
import { Code, ScrollArea, Tabs, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { AnswerReport, QueryEvidence } from "../api/schema";
import { Copy } from "../design/Copy";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./ask.module.css";
import { QUESTIONS } from "./said";

export function Computed({ evidence, answer }: { evidence: QueryEvidence; answer: AnswerReport | null }) {
  const m = useMessages();
  const query = JSON.stringify(withoutNulls(evidence.query), null, 2);
  return (
    <div className={css.computed}>
      <dl className={css.facts}>
        <Fact name={m.ask.words} wide lang={QUESTIONS}>
          {evidence.words}
        </Fact>
        <Fact name={m.ask.dataVersion}>{m.ask.versionOf(evidence.dataset, evidence.version)}</Fact>
        <Fact name={m.ask.modelRevision}>
          <Code>{evidence.model_revision.slice(0, 10)}</Code>
        </Fact>
        {answer && <AnswerFacts answer={answer} />}
      </dl>
      <Tabs defaultValue="sql" variant="outline" className={css.code}>
        <Tabs.List>
          <Tabs.Tab value="sql">{m.ask.sql}</Tabs.Tab>
          <Tabs.Tab value="query">{m.ask.query}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="sql">
          <CodeBlock text={evidence.sql} />
        </Tabs.Panel>
        <Tabs.Panel value="query">
          <CodeBlock text={query} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** Stage, confidence, cost, time: what every answer says of itself. */
export function AnswerFacts({ answer }: { answer: AnswerReport }) {
  const m = useMessages();
  const f = useFormats();
  const usage = answer.usage;
  return (
    <>
      <Fact name={m.ask.stage}>{(answer.stage ?? "rules") === "rules" ? m.ask.stageRules : answer.stage}</Fact>
      <Fact name={m.ask.confidence}>{f.percent(answer.confidence)}</Fact>
      <Fact name={m.ask.cost}>{usage?.cost_usd ? f.money(usage.cost_usd) : m.ask.free}</Fact>
      <Fact name={m.ask.time}>
        {f.duration(usage?.latency_ms ?? 0)}
        {usage?.cached ? ` · ${m.ask.cachedAnswer}` : ""}
      </Fact>
      <Fact name={m.ask.askedAsOf}>{f.moment(answer.as_of)}</Fact>
      {answer.trace_id && (
        <Fact name={m.ask.trace}>
          <Code>{answer.trace_id.slice(0, 12)}</Code>
        </Fact>
      )}
    </>
  );
}

export function Fact({ name, wide, lang, children }: { name: string; wide?: boolean; lang?: string; children: ReactNode }) {
  return (
    <div className={css.fact} data-wide={wide || undefined}>
      <Text component="dt" size="xs" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0} lang={lang}>
        {children}
      </Text>
    </div>
  );
}

function CodeBlock({ text }: { text: string }) {
  const m = useMessages();
  return (
    <div className={css.codeBlock}>
      <ScrollArea.Autosize mah={320} type="auto" viewportProps={{ tabIndex: 0 }}>
        <pre>{text}</pre>
      </ScrollArea.Autosize>
      <span className={css.codeCopy}>
        <Copy text={text} label={m.copy} />
      </span>
    </div>
  );
}

/** The structure with only what it says. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null && each !== undefined && each !== false && !(Array.isArray(each) && each.length === 0));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutNulls(each)]));
}
