/** A question with its answer, while it comes and after. */
import { ActionIcon, Badge, Button, Loader, Text, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle, IconPencil, IconRefresh } from "@tabler/icons-react";
import { memo, useEffect, useRef } from "react";
import type { SemanticQueryOutput, Warning } from "../api/schema";
import { Copy } from "../design/Copy";
import { FailureNote } from "../design/Failure";
import { useFormats, useMessages } from "../i18n/messages";
import { AnswerText } from "./AnswerText";
import { useBranching } from "./branching";
import css from "./ask.module.css";
import { AnswerFacts } from "./Computed";
import { DataEvidence } from "./DataEvidence";
import { Explanation } from "./Explanation";
import { Feedback } from "./Feedback";
import { FileChips } from "./FileChips";
import { Nearby, Sources } from "./Sources";
import { abstentionText, askedBackText, QUESTIONS, warningText } from "./said";
import { isQuery, isQuote, type Turn } from "./turn";
import { Versions } from "./Versions";

interface Props {
  turn: Turn;
  /** That it was looked for: another one each time. */
  found?: object | null;
  ask: (question: string, query?: SemanticQueryOutput) => void;
}

export const TurnView = memo(function TurnView({ turn, found = null, ask }: Props) {
  const m = useMessages();
  const { kept } = turn;
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (found === null) return;
    place.current?.scrollIntoView({ block: "start" });
    place.current?.focus({ preventScroll: true });
  }, [found]);
  return (
    <article ref={place} tabIndex={-1} className={css.turn} aria-label={turn.question} data-state={turn.state} data-found={found !== null || undefined}>
      <div className={css.question}>
        <FileChips files={turn.files} />
        <span>{turn.question}</span>
        {kept !== null && (
          <div className={css.versions}>
            <Versions ids={kept.questions} current={kept.questionId} label={m.ask.questionVersions} />
            <Edit turn={turn} />
          </div>
        )}
      </div>
      <div className={css.answer} aria-busy={turn.state === "running"}>
        <AnswerBody turn={turn} ask={ask} />
        <Ending turn={turn} ask={ask} />
        {turn.answer && <Footer turn={turn} />}
      </div>
    </article>
  );
});

function Edit({ turn }: { turn: Turn }) {
  const m = useMessages();
  const branching = useBranching();
  return (
    <ActionIcon size="sm" variant="subtle" color="gray" aria-label={m.ask.editOne(turn.question)} title={m.ask.edit} disabled={branching === null} onClick={() => branching?.edit(turn)}>
      <IconPencil size={15} />
    </ActionIcon>
  );
}

function Again({ turn }: { turn: Turn }) {
  const m = useMessages();
  const branching = useBranching();
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={m.ask.anotherAnswer} title={m.ask.anotherAnswer} disabled={branching === null} onClick={() => branching?.again(turn)}>
      <IconRefresh size={16} />
    </ActionIcon>
  );
}

function AnswerBody({ turn, ask }: Props) {
  const m = useMessages();
  const answer = turn.answer;
  const queries = turn.evidence.filter(isQuery);
  const status = answer?.status;
  return (
    <>
      {(status === "abstained" || status === "partial") && (
        <Badge color={status === "abstained" ? "gray" : "yellow"} className={css.status}>
          {m.ask[status]}
        </Badge>
      )}
      {turn.askBack === null && <Said turn={turn} />}
      {turn.askBack && (
        <div role="group" aria-label={m.ask.askBack} className={css.askBack}>
          <Text fw={550}>{askedBackText(turn.askBack, m) || m.ask.askBack}</Text>
          <div className={css.options}>
            {turn.askBack.options.map((option) => (
              <Button key={option.label} lang={QUESTIONS} variant="default" size="sm" onClick={() => ask(turn.question, option.query)}>
                {option.label}
              </Button>
            ))}
          </div>
        </div>
      )}
      {queries.map((evidence) => evidence.explanation && <Explanation key={`why ${evidence.n}`} explanation={evidence.explanation} />)}
      {queries.map((evidence, place) => (
        <DataEvidence key={evidence.n} evidence={evidence} chart={place === 0 ? turn.chart : null} answer={answer} question={turn.question} />
      ))}
      <Sources evidence={turn.evidence} />
      <Warnings warnings={status === "abstained" ? turn.warnings.filter((each) => each.code !== "left_over_word") : turn.warnings} />
      {answer && (answer.suggestions ?? []).length > 0 && (
        <div role="group" aria-label={m.ask.canAnswer}>
          <Text size="xs" c="dimmed" mb={6}>
            {m.ask.canAnswer}
          </Text>
          <div className={css.options}>
            {answer.suggestions?.map((question) => (
              <Button key={question} lang={QUESTIONS} variant="default" size="xs" radius="xl" onClick={() => ask(question)}>
                {question}
              </Button>
            ))}
          </div>
        </div>
      )}
      {answer && <Nearby passages={answer.nearest ?? []} />}
    </>
  );
}

/** The answer's own words; why there are none in the person's language. */
function Said({ turn }: { turn: Turn }) {
  const m = useMessages();
  const f = useFormats();
  const answer = turn.answer;
  const why = answer?.status === "abstained" ? abstentionText(answer, m, f) : null;
  if (why !== null) return <AnswerText text={why} evidence={[]} markdown={false} />;
  return <AnswerText text={turn.text} lang={turn.route === "data" ? QUESTIONS : undefined} evidence={turn.evidence} markdown={(answer?.stage ?? "rules") !== "rules"} />;
}

const SERIOUS = new Set(["unsure", "unsupported_removed", "models_away", "part_unanswered"]);

function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  const m = useMessages();
  const f = useFormats();
  if (warnings.length === 0) return null;
  return (
    <ul className={css.warnings}>
      {warnings.map((warning, place) => (
        <li key={place} data-serious={SERIOUS.has(warning.code) || undefined}>
          {SERIOUS.has(warning.code) ? <IconAlertTriangle size={14} aria-hidden /> : <IconInfoCircle size={14} aria-hidden />}
          {warningText(warning, m, f)}
        </li>
      ))}
    </ul>
  );
}

function Ending({ turn, ask }: Props) {
  const m = useMessages();
  const branching = useBranching();
  // What the server never took is wished for again as it was: in its place, with its files.
  const untaken = turn.kept === null && turn.runId === null;
  const again = (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconRefresh size={14} />}
      disabled={untaken && branching === null}
      onClick={() => (untaken ? branching?.answer(turn) : ask(turn.question, turn.query))}
    >
      {m.ask.again}
    </Button>
  );
  switch (turn.state) {
    case "running":
      return (
        <Text size="sm" c="dimmed" className={css.thinking} role="status">
          <Loader size={14} type="dots" color="gray" aria-hidden />
          {turn.reconnecting ? m.ask.reconnecting : m.ask.thinking}
        </Text>
      );
    case "stopped":
      return (
        <div className={css.ending}>
          <Text size="sm" c="dimmed">
            {m.ask.stopped}
          </Text>
          {again}
        </div>
      );
    case "unanswered":
      return (
        <div className={css.ending}>
          <Text size="sm" c="dimmed">
            {m.ask.unanswered}
          </Text>
          <Button variant="default" size="xs" leftSection={<IconRefresh size={14} />} disabled={branching === null} onClick={() => branching?.answer(turn)}>
            {m.ask.again}
          </Button>
        </div>
      );
    case "failed":
      return (
        <div className={css.ending}>
          <FailureNote error={turn.problem} />
          {again}
        </div>
      );
    case "answered":
      return <VisuallyHidden role="status">{m.ask.newAnswer}</VisuallyHidden>;
  }
}

function Footer({ turn }: { turn: Turn }) {
  const m = useMessages();
  const answer = turn.answer;
  if (answer === null) return null;
  // A query tells these facts itself, under "how this was computed".
  const factsHere = turn.evidence.some(isQuote) && !turn.evidence.some(isQuery);
  return (
    <footer className={css.footer}>
      <div className={css.footerActions}>
        <Copy text={() => plainAnswer(turn)} label={m.ask.copyAnswer} />
        <Feedback answerId={answer.id} turn={turn} />
        {turn.kept !== null && (
          <>
            <Again turn={turn} />
            <Versions ids={turn.kept.replies} current={turn.kept.replyId} label={m.ask.answerVersions} />
          </>
        )}
      </div>
      {factsHere && (
        <details className={css.details}>
          <summary>{m.ask.how}</summary>
          <dl className={css.facts}>
            <AnswerFacts answer={answer} />
          </dl>
        </details>
      )}
    </footer>
  );
}

/** The answer's words with its sources under them, for the clipboard. */
export function plainAnswer(turn: Turn): string {
  const sources = turn.evidence.map((item) => {
    if (isQuote(item)) return `[${item.n}] ${item.title}${item.page === null ? "" : `, p. ${item.page}`}: “${item.quote.trim()}”`;
    return isQuery(item) ? `[${item.n}] ${item.dataset}, v${item.version}: ${item.words}` : `[${item.n}] ${item.datasets.join(", ")}`;
  });
  return [turn.text, ...sources].join("\n");
}
