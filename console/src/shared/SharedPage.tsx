/** What a link shows to whoever has it: no sign-in, nothing beside it. */
import { Badge, Container, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { asProblem, problemOf } from "../api/problems";
import type { Column, SharedConversation, SharedDashboard, SharedMessage } from "../api/schema";
import { AnswerText } from "../ask/AnswerText";
import { Chart } from "../charts/Chart";
import { heightOf } from "../charts/room";
import type { Cell } from "../ask/csv";
import { FileChips } from "../ask/FileChips";
import { askedBackText, QUESTIONS } from "../ask/said";
import { filesOf, type ChartSpec } from "../ask/turn";
import askCss from "../ask/ask.module.css";
import css from "../dashboards/dashboards.module.css";
import { Shown } from "../dashboards/TileView";
import { chartSaid } from "../design/columns";
import { Failure } from "../design/Failure";
import { Mark } from "../design/Mark";
import { HeadedContext, useTitle } from "../design/Page";
import { ResultTable } from "../design/ResultTable";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import own from "./shared.module.css";

async function readShared<T>(path: string): Promise<T> {
  const response = await fetch(path, { credentials: "omit", headers: { Accept: "application/json" }, referrerPolicy: "no-referrer" });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}

export function SharedDashboardPage() {
  const { token } = useParams({ from: "/shared/dashboard/$token" });
  const found = useQuery({ queryKey: ["shared", token], queryFn: () => readShared<SharedDashboard>(`/api/v1/shared/${encodeURIComponent(token)}`) });
  return (
    <Frame found={found} title={found.data?.name ?? ""} lead={found.data?.description ?? ""} wide>
      <div className={own.grid}>
        {found.data?.tiles.map((tile, place) => (
          <section key={place} className={css.tile} aria-label={tile.title} style={{ gridColumn: `${tile.x + 1} / span ${tile.width}`, gridRow: `${tile.y + 1} / span ${tile.height}` }}>
            <div className={css.tileHead}>
              <h2 className={css.tileTitle}>{tile.title}</h2>
            </div>
            <div className={css.tileBody}>
              <Shown columns={tile.columns as unknown as Parameters<typeof Shown>[0]["columns"]} rows={tile.rows as Cell[][]} sentence={tile.sentence} chart={tile.chart as ChartSpec | null} title={tile.title} />
            </div>
          </section>
        ))}
      </div>
    </Frame>
  );
}

export function SharedConversationPage() {
  const { token } = useParams({ from: "/shared/conversation/$token" });
  const found = useQuery({ queryKey: ["shared", token], queryFn: () => readShared<SharedConversation>(`/api/v1/chat/shared/${encodeURIComponent(token)}`) });
  const messages = found.data?.messages ?? [];
  // Each table is told apart by its number in the conversation.
  const tablesBefore = (place: number) => messages.slice(0, place).reduce((count, message) => count + message.parts.filter(isTable).length, 0);
  return (
    <Frame found={found} title={found.data?.title ?? ""} lead="">
      <div className={askCss.turns}>{messages.map((message, place) => <Message key={place} message={message} tablesBefore={tablesBefore(place)} />)}</div>
    </Frame>
  );
}

interface FrameProps {
  found: { isPending: boolean; isError: boolean; error: unknown; refetch: () => unknown; data?: { expires_at: string } | undefined };
  title: string;
  lead: string;
  wide?: boolean;
  children: React.ReactNode;
}

function Frame({ found, title, lead, wide, children }: FrameProps) {
  const m = useMessages();
  const f = useFormats();
  const gone = found.isError && asProblem(found.error).status === 404;
  useTitle(title || m.share.shared);
  return (
    <Container component="main" id="content" size={wide ? "xl" : "md"} py="lg">
      <header className={own.head}>
        <Mark size={26} />
        <div>
          <Title order={1} size="h2">
            {gone ? m.share.gone : title || m.share.shared}
          </Title>
          {(gone || lead) && (
            <Text size="sm" c="dimmed">
              {gone ? m.share.goneLead : lead}
            </Text>
          )}
        </div>
        {found.data && (
          <Text size="xs" c="dimmed" className={own.until}>
            {m.share.until(f.date(found.data.expires_at))}
          </Text>
        )}
      </header>
      <HeadedContext value>
        {found.isError && !gone && <Failure error={found.error} retry={() => void found.refetch()} />}
        {found.isPending && <Waiting lines={8} />}
        {children}
      </HeadedContext>
    </Container>
  );
}

function isTable(part: SharedMessage["parts"][number]): boolean {
  return part.type === "table";
}

function Message({ message, tablesBefore }: { message: SharedMessage; tablesBefore: number }) {
  const m = useMessages();
  const evidence = message.parts.flatMap((part) => (part.type === "evidence" ? [part.evidence] : []));
  const computed = message.status === "abstained" || evidence.some((each) => each.kind === "query");
  const columns = useMemo(() => message.parts.find((part) => part.type === "table")?.columns ?? [], [message]);
  if (message.role === "user") {
    return (
      <div className={askCss.question}>
        <FileChips files={filesOf(message.parts)} />
        <span>{message.parts.map((part) => (part.type === "text" ? part.text : "")).join("")}</span>
      </div>
    );
  }
  return (
    <div className={askCss.answer}>
      {(message.status === "abstained" || message.status === "partial") && <Badge color={message.status === "abstained" ? "gray" : "yellow"}>{m.ask[message.status]}</Badge>}
      {message.parts.map((part, place) => {
        switch (part.type) {
          case "text":
            return <AnswerText key={place} text={part.text} lang={computed ? QUESTIONS : undefined} evidence={evidence} markdown={false} />;
          case "evidence":
            return part.evidence.kind === "quote" ? (
              <blockquote key={place} className={own.quote}>
                {part.evidence.quote}
                <cite>
                  [{part.evidence.n}] {part.evidence.title}
                </cite>
              </blockquote>
            ) : null;
          case "table":
            return <ResultTable key={place} columns={part.columns} rows={part.rows as Cell[][]} label={m.ask.tablePlace(tablesBefore + message.parts.slice(0, place + 1).filter(isTable).length)} />;
          case "chart":
            return <Drawn key={place} spec={part.chart as ChartSpec} columns={columns} />;
          case "ask_back":
            return <Text key={place}>{askedBackText(part, m)}</Text>;
          case "error":
            return <Text key={place}>{m.problem.told(part.code, part.detail)}</Text>;
          default:
            return null;
        }
      })}
    </div>
  );
}

function Drawn({ spec, columns }: { spec: ChartSpec; columns: readonly Column[] }) {
  const m = useMessages();
  const f = useFormats();
  const said = useMemo(() => chartSaid(spec, columns, m, f), [spec, columns, m, f]);
  return <Chart spec={said} label={m.ask.chart} height={heightOf(said)} />;
}
