/** A conversation in short: a line for each turn, by rule; above them what a model says of it, where the workspace has
 * one for that. What is said leads to the turns that say so. */
import { Badge, Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { IconAlertTriangle, IconNotes, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { api, read } from "../api/client";
import type { Recap as Told } from "../api/schema";
import { Copy } from "../design/Copy";
import { Dialog } from "../design/Dialog";
import { Empty } from "../design/Empty";
import { Failure } from "../design/Failure";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./recap.module.css";
import { useSession } from "./session";

interface Props {
  sessionId: string;
  title: string;
  close: () => void;
}

export function Recap({ sessionId, title, close }: Props) {
  const m = useMessages();
  const ask = (by?: "rules") => () => read(api.GET("/api/v1/chat/sessions/{session_id}/recap", { params: { path: { session_id: sessionId }, query: { by } } }));
  // The lines are there at once; a model may take its time.
  const lines = useQuery({ queryKey: ["conversations", sessionId, "recap", "rules"], queryFn: ask("rules") });
  const written = useQuery({ queryKey: ["conversations", sessionId, "recap"], queryFn: ask(), staleTime: Infinity, enabled: (lines.data?.lines.length ?? 0) > 1 });
  const error = lines.error ?? written.error;
  const again = () => void (lines.isError ? lines : written).refetch();
  return (
    <Dialog opened onClose={close} size="lg" title={m.recap.of(title)} closeButtonProps={{ "aria-label": m.close }}>
      {error !== null && !written.isFetching ? (
        <Failure error={error} retry={again} />
      ) : lines.data === undefined ? (
        <Waiting lines={4} />
      ) : lines.data.lines.length === 0 ? (
        <Empty order={2} icon={IconNotes} title={m.recap.empty} lead={m.recap.emptyLead} />
      ) : (
        <Stack gap="lg">
          {written.isFetching ? <Writing /> : written.data && <Written told={written.data} again={again} sessionId={sessionId} close={close} />}
          <section aria-label={m.recap.lines}>
            <Head kind={m.recap.byRules} lead={m.recap.byRulesLead}>
              <Copy text={() => lines.data.lines.map((line) => line.text).join("\n")} label={m.recap.copyLines} />
            </Head>
            <ol className={css.said}>
              {lines.data.lines.map((line) => (
                <li key={line.message_id}>
                  <Turn sessionId={sessionId} messageId={line.message_id} close={close}>
                    {line.text}
                  </Turn>
                </li>
              ))}
            </ol>
          </section>
        </Stack>
      )}
    </Dialog>
  );
}

function Head({ kind, lead, children }: { kind: string; lead: string; children: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" wrap="nowrap" mb="xs">
      <div>
        <Badge variant="light">{kind}</Badge>
        <Text size="xs" c="dimmed" mt={4}>
          {lead}
        </Text>
      </div>
      <Group gap={2} wrap="nowrap">
        {children}
      </Group>
    </Group>
  );
}

function Writing() {
  const m = useMessages();
  return (
    <section aria-label={m.recap.summary}>
      <Text size="sm" c="dimmed" mb="xs">
        {m.recap.writing}
      </Text>
      <Waiting lines={3} />
    </section>
  );
}

/** What a model made of it: its sentences, or why there are none. */
function Written({ told, again, sessionId, close }: { told: Told; again: () => void; sessionId: string; close: () => void }) {
  const m = useMessages();
  const f = useFormats();
  const { mayAdminister } = useSession();
  const summary = told.summary ?? [];
  const warnings = told.warnings ?? [];
  const numbers = new Map(told.lines.map((line, place) => [line.message_id, place + 1]));
  const anew = (
    <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} onClick={again}>
      {m.recap.again}
    </Button>
  );
  const cost = told.usage?.cost_usd ? f.money(told.usage.cost_usd) : m.ask.free;
  return (
    <section aria-label={m.recap.summary}>
      {summary.length > 0 ? (
        <>
          <Head kind={m.recap.byModel(told.by)} lead={`${m.recap.byModelLead} ${cost} · ${f.duration(told.usage?.latency_ms ?? 0)}`}>
            {anew}
            <Copy text={() => summary.map((each) => each.text).join("\n")} label={m.recap.copySummary} />
          </Head>
          <ul className={css.summary}>
            {summary.map((each, place) => (
              <li key={place}>
                {each.text}{" "}
                {each.message_ids.map((id) => (
                  <Turn key={id} sessionId={sessionId} messageId={id} close={close} label={m.recap.turn(numbers.get(id) ?? 0)}>
                    <span className={css.number}>{numbers.get(id)}</span>
                  </Turn>
                ))}
              </li>
            ))}
          </ul>
        </>
      ) : warnings.length > 0 ? (
        anew
      ) : (
        <Text size="sm" c="dimmed">
          {m.recap.noModel}{" "}
          {mayAdminister && (
            <Link to="/models" onClick={close}>
              {m.recap.setModel}
            </Link>
          )}
        </Text>
      )}
      {warnings.map((warning) => (
        <p key={warning.code} className={css.warning}>
          <IconAlertTriangle size={14} aria-hidden /> {m.recap.warnings[warning.code] ?? warning.detail}
        </p>
      ))}
    </section>
  );
}

/** Leads to a turn of the conversation. */
function Turn({ sessionId, messageId, close, label, children }: { sessionId: string; messageId: string; close: () => void; label?: string; children: ReactNode }) {
  const navigate = useNavigate();
  const go = () => {
    close();
    void navigate({ to: "/c/$sessionId", params: { sessionId }, search: { at: messageId } });
  };
  return (
    <UnstyledButton className={css.turn} aria-label={label} onClick={go}>
      {children}
    </UnstyledButton>
  );
}
