/** Asking: the greeting while nothing was asked, then the thread with the box under it. */
import { Button, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { IconFileUpload } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from "react";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { SemanticQueryOutput } from "../api/schema";
import { useSession } from "../app/session";
import { Failure, FailureNote, problemText } from "../design/Failure";
import { useTitle } from "../design/Page";
import { toast } from "../design/toasts";
import { useSame } from "../design/useSame";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import { useFiles } from "../uploads/files";
import { isTable } from "../uploads/upload";
import { useUploads, useUploadsBegin, useUploadsInto, type Item } from "../uploads/Uploads";
import css from "./ask.module.css";
import { BranchingContext, type Branching } from "./branching";
import { Composer } from "./Composer";
import { ConversationFiles } from "./ConversationFiles";
import { keepDraft, START, wasTaken } from "./drafts";
import { useLibrary, type Library } from "./library";
import { QUESTIONS } from "./said";
import { idsOf, type Turn, type TurnFile } from "./turn";
import { TurnView } from "./TurnView";
import { useThread } from "./useThread";
import { WithinContext } from "./within";

export function AskPage() {
  const m = useMessages();
  useTitle(m.nav.ask);
  const { q } = useSearch({ from: "/" });
  const navigate = useNavigate();
  const begin = useMutation({
    mutationFn: () => read(api.POST("/api/v1/chat/sessions", { body: { channel: "console", tags: [] } })),
    onMutate: (question: string) => keepDraft(START, question),
    onSuccess: (session, question: string) => {
      wasTaken(START, question);
      void navigate({ to: "/c/$sessionId", params: { sessionId: session.id }, search: { q: question }, replace: q !== undefined });
    },
  });
  const { mutate, isIdle } = begin;

  // A question that came with the address is asked once.
  useEffect(() => {
    if (q !== undefined && isIdle) mutate(q);
  }, [q, isIdle, mutate]);

  // The box is made anew with what could not be asked.
  const composer = <Composer key={begin.isError ? begin.submittedAt : 0} place={START} placeholder={m.ask.placeholder} running={begin.isPending} ask={mutate} stop={nothing} last={null} editLast={nothing} />;
  return (
    <>
      <Greeting composer={composer} ask={mutate} />
      {begin.isError && <FailureNote error={begin.error} />}
    </>
  );
}

function nothing() {
  // There is nothing to stop or to edit before the first question.
}

export function ConversationPage() {
  const { sessionId } = useParams({ from: "/c/$sessionId" });
  return <Conversation key={sessionId} sessionId={sessionId} />;
}

function Conversation({ sessionId }: { sessionId: string }) {
  const m = useMessages();
  const { turns, pending, error, reload, ask, stop, show, reach, older } = useThread(sessionId);
  const [edited, setEdited] = useState<Turn | null>(null);
  const { data: files } = useFiles(sessionId);
  const within = useMemo(() => ({ sessionId, ids: new Set(files?.map((file) => file.id)) }), [sessionId, files]);
  const added = useUploadsInto(sessionId);
  const { drop } = useUploads();
  const { q, at } = useSearch({ from: "/c/$sessionId" });
  const navigate = useNavigate();
  const end = useRef<HTMLDivElement>(null);
  const asked = useRef(false);
  const running = turns.some((turn) => turn.state === "running");
  const last = turns.at(-1) ?? null;
  useTitle(turns[0]?.question ?? m.nav.ask);
  const [found, setFound] = useState<{ key: string } | null>(null);
  useEndInSight(end, turns, at === undefined);

  // A message that is looked for may be on another branch, or further back than what is shown.
  useEffect(() => {
    if (at !== undefined) reach(at).catch((failure: unknown) => toast(problemText(asProblem(failure), m), { tone: "danger" }));
  }, [at, reach, m]);
  useEffect(() => {
    const turn = at === undefined ? undefined : turns.find(({ kept }) => kept?.questionId === at || kept?.replyId === at);
    if (turn === undefined) return;
    setFound({ key: turn.key });
    void navigate({ to: "/c/$sessionId", params: { sessionId }, search: {}, replace: true });
  }, [at, turns, navigate, sessionId]);

  useEffect(() => {
    if (q === undefined || pending || asked.current) return;
    asked.current = true;
    ask(q);
    void navigate({ to: "/c/$sessionId", params: { sessionId }, search: {}, replace: true });
  }, [q, pending, ask, navigate, sessionId]);

  const stopAll = useCallback(() => void stop().catch((failure: unknown) => toast(problemText(asProblem(failure), m), { tone: "danger" })), [stop, m]);
  const askMore = useCallback((question: string, query?: SemanticQueryOutput) => ask(question, { query }), [ask]);
  const askWithFiles = useSame((question: string, insteadOf?: Turn) => {
    const still = (insteadOf?.files ?? []).filter((file) => idsOf([file]).every((id) => within.ids.has(id)));
    const sent = added.filter((item) => item.phase !== "failed");
    ask(question, { insteadOf, files: [...still, ...sent.map(fileOf)] });
    drop((item) => sent.includes(item));
  });
  const askNext = useCallback((question: string) => askWithFiles(question), [askWithFiles]);
  const askInstead = useSame((question: string) => askWithFiles(question, edited ?? last ?? undefined));
  const editEnded = useCallback(() => setEdited(null), []);
  const branching = useMemo<Branching>(
    () => ({
      edit: setEdited,
      again: (turn) => turn.kept !== null && ask(turn.question, { insteadOf: turn, regenerates: turn.kept.replyId, files: turn.files }),
      answer: (turn) => ask(turn.question, { query: turn.query, insteadOf: turn, regenerates: turn.regenerates, files: turn.files }),
      show: (messageId) => void show(messageId).catch((failure: unknown) => toast(problemText(asProblem(failure), m), { tone: "danger" })),
    }),
    [ask, show, m],
  );
  if (error !== null) return <Failure error={error} retry={reload} />;
  return (
    <WithinContext value={within}>
    <div className={css.thread}>
      <h1 className={css.hidden}>{turns[0]?.question ?? m.nav.ask}</h1>
      <div className={css.turns}>
        {pending && turns.length === 0 && <Waiting />}
        {older !== null && (
          <Button variant="default" size="xs" justify="center" onClick={older}>
            {m.ask.older}
          </Button>
        )}
        <BranchingContext value={running ? null : branching}>
          {turns.map((turn) => (
            <TurnView key={turn.key} turn={turn} found={turn.key === found?.key ? found : null} ask={askMore} />
          ))}
        </BranchingContext>
        <div ref={end} className={css.end} />
      </div>
      <div className={css.dock}>
        <ConversationFiles sessionId={sessionId} files={files ?? []} />
        <Composer
          place={sessionId}
          placeholder={turns.length === 0 ? m.ask.placeholder : m.ask.followUp}
          running={running}
          ask={askNext}
          stop={stopAll}
          last={last?.question ?? null}
          edited={edited}
          editEnded={editEnded}
          editLast={askInstead}
          attached={added}
        />
      </div>
    </div>
    </WithinContext>
  );
}

function fileOf(item: Item): TurnFile {
  const name = item.file.name;
  return isTable(name) ? { name, documentId: null, datasetIds: item.ids } : { name, documentId: item.ids[0] ?? null, datasetIds: [] };
}

const NEAR_PX = 160;

/** Keeps the end of the thread in sight while it grows, unless the person scrolled away from it or looks for a turn. */
function useEndInSight(end: RefObject<HTMLDivElement | null>, turns: readonly Turn[], wanted: boolean): void {
  const count = useRef(0);
  const follows = useRef(true);
  useEffect(() => {
    const note = () => {
      const { scrollHeight, scrollTop, clientHeight } = document.documentElement;
      follows.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    };
    window.addEventListener("scroll", note, { passive: true });
    return () => window.removeEventListener("scroll", note);
  }, []);
  useEffect(() => {
    if (turns.length !== count.current) follows.current = wanted;
    count.current = turns.length;
    const grown = end.current?.parentElement;
    if (!grown) return;
    const observer = new ResizeObserver(() => {
      if (follows.current) end.current?.scrollIntoView({ block: "end" });
    });
    observer.observe(grown);
    return () => observer.disconnect();
  }, [end, turns.length, wanted]);
}

function Greeting({ composer, ask }: { composer: ReactNode; ask: (question: string) => void }) {
  const m = useMessages();
  const library = useLibrary();
  const { mayEdit } = useSession();
  const empty = library.data !== undefined && library.data.documents + library.data.tables === 0;
  // The first files of an editor are what the workspace is to have.
  useUploadsBegin(library.isPending ? null : !(empty && mayEdit));
  if (library.isError) return <Failure error={library.error} retry={() => void library.refetch()} />;
  return (
    <div className={css.greeting}>
      {empty ? (
        <NothingYet />
      ) : (
        <>
          <Title order={1} className={css.hello}>
            {m.ask.title}
          </Title>
          {composer}
          {library.data ? <Examples library={library.data} ask={ask} /> : <div className={css.examplesPlace} />}
        </>
      )}
    </div>
  );
}

const SHOWN = 4;

function Examples({ library, ask }: { library: Library; ask: (question: string) => void }) {
  const m = useMessages();
  const questions = library.questions.slice(0, SHOWN);
  return (
    <div className={css.examplesPlace}>
      <Text size="sm" c="dimmed" ta="center">
        {m.ask.summary(library.documents, library.tables)}
      </Text>
      <div className={css.examples} role="group" aria-label={m.ask.examples}>
        {questions.map((question) => (
          <Button key={question} lang={QUESTIONS} variant="default" size="sm" radius="xl" fw={450} onClick={() => ask(question)}>
            {question}
          </Button>
        ))}
      </div>
    </div>
  );
}

function NothingYet() {
  const m = useMessages();
  const { mayEdit } = useSession();
  const uploads = useUploads();
  return (
    <div className={css.nothing}>
      <Title order={1} className={css.hello}>
        {m.empty.title}
      </Title>
      <Text c="dimmed" ta="center" maw="32rem">
        {mayEdit ? m.empty.lead : m.empty.viewer}
      </Text>
      <button type="button" className={css.dropHere} onClick={uploads.choose}>
        <IconFileUpload size={28} stroke={1.4} aria-hidden />
        <Text fw={600}>{m.empty.choose}</Text>
        <Text size="sm" c="dimmed" ta="center">
          {m.empty.kinds}
        </Text>
      </button>
      <Text size="sm" c="dimmed">
        {m.empty.then}
      </Text>
      <ul className={css.exampleList}>
        {[m.empty.exampleData, m.empty.exampleTop, m.empty.exampleQuote].map((example) => (
          <li key={example} lang={QUESTIONS}>
            {example}
          </li>
        ))}
      </ul>
    </div>
  );
}
