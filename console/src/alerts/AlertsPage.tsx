/** All alerts that one may see: their states, why, and how those changed. */
import { ActionIcon, Badge, Button, Collapse, Group, Menu, Text, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconBell, IconBellOff, IconBellRinging, IconDots, IconPencil, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { AlertChange, AlertView } from "../api/schema";
import { ALERTS } from "../app/live";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Empty } from "../design/Empty";
import { Failure, problemText } from "../design/Failure";
import { Page } from "../design/Page";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import { AlertDialog } from "./AlertDialog";
import { reasonText } from "./reasons";
import css from "./alerts.module.css";
import { changeAlert, deleteAlert, evaluateAlert, isMuted, useAlerts, useHistory } from "./alerts";
import type { Rule } from "./rules";

const COLOURS = { ok: "pine", firing: "red", unknown: "gray" } as const;
const HOUR_MS = 3_600_000;
const MUTES = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS } as const;

export function AlertsPage() {
  const m = useMessages();
  const found = useAlerts();
  const order = { firing: 0, unknown: 1, ok: 2 };
  const alerts = [...(found.data?.items ?? [])].sort((one, other) => order[one.state] - order[other.state] || other.since.localeCompare(one.since));
  return (
    <Page title={m.nav.alerts} lead={m.alerts.lead}>
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Waiting lines={4} />}
      {found.data?.items.length === 0 && <Empty icon={IconBell} title={m.alerts.none} lead={m.alerts.noneLead} />}
      <ul className={css.list}>
        {alerts.map((alert) => (
          <Alert key={alert.id} alert={alert} />
        ))}
      </ul>
    </Page>
  );
}

function Alert({ alert }: { alert: AlertView }) {
  const m = useMessages();
  const f = useFormats();
  const { mayEdit } = useSession();
  const [opened, setOpened] = useState(false);
  const muted = isMuted(alert);
  const Icon = muted ? IconBellOff : alert.state === "firing" ? IconBellRinging : IconBell;
  return (
    <li className={css.alert} data-state={alert.state} aria-label={alert.name}>
      <Group gap="sm" wrap="nowrap" align="flex-start">
        <Icon size={18} aria-hidden className={css.icon} />
        <div className={css.text}>
          <Group gap="xs">
            <Text fw={600} size="sm" component="h2" m={0}>
              {alert.name}
            </Text>
            <Badge size="sm" color={COLOURS[alert.state]}>
              {m.alerts.states[alert.state]}
            </Badge>
            {muted && (
              <Badge size="sm" color="gray" variant="outline">
                {m.alerts.mutedUntil(f.moment(alert.muted_until ?? ""))}
              </Badge>
            )}
          </Group>
          <Text size="sm">{ruleText(alert.rule, m, f)}</Text>
          <Text size="sm" c="dimmed">
            {alert.evaluated_at === null ? m.alerts.waiting : reasonText(alert.reading, m, f)}
          </Text>
          <Text size="xs" c="dimmed">
            {[m.alerts.since(f.moment(alert.since)), alert.evaluated_at && m.alerts.evaluated(f.ago(alert.evaluated_at)), alert.next_check_at && m.alerts.next(f.moment(alert.next_check_at))].filter(Boolean).join(" · ")}
          </Text>
          <Button size="compact-xs" variant="subtle" px={0} aria-expanded={opened} onClick={() => setOpened(!opened)}>
            {m.alerts.history}
          </Button>
          <Collapse expanded={opened}>{opened && <History id={alert.id} />}</Collapse>
        </div>
        {mayEdit && <Actions alert={alert} muted={muted} />}
      </Group>
    </li>
  );
}

function History({ id }: { id: string }) {
  const m = useMessages();
  const f = useFormats();
  const found = useHistory(id);
  if (found.isError) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Waiting lines={2} />;
  if (found.data.items.length === 0) return <Text size="sm">{m.alerts.noHistory}</Text>;
  return (
    <ol className={css.history}>
      {found.data.items.map((each) => (
        <li key={each.id}>
          <Badge size="xs" color={COLOURS[each.after]}>
            {m.alerts.states[each.after]}
          </Badge>
          <Text size="xs" component="span" c="dimmed">
            {f.moment(each.created_at)}
            {each.muted && ` · ${m.alerts.muted}`}
          </Text>
          <Text size="xs">{reasonText(each.reading, m, f)}</Text>
        </li>
      ))}
    </ol>
  );
}

function Actions({ alert, muted }: { alert: AlertView; muted: boolean }) {
  const m = useMessages();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"delete" | "change" | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: ALERTS });
  const failed = (error: unknown) => toast(problemText(asProblem(error), m), { tone: "danger" });
  const change = useMutation({ mutationFn: (body: AlertChange) => changeAlert(alert.id, body), onSuccess: refresh, onError: failed });
  const evaluate = useMutation({ mutationFn: () => evaluateAlert(alert.id), onSuccess: () => toast(m.alerts.queued), onError: failed });
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <Tooltip label={m.alerts.menu(alert.name)}>
            <ActionIcon variant="subtle" color="gray" aria-label={m.alerts.menu(alert.name)}>
              <IconDots size={16} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setAsking("change")}>
            {m.alerts.change}
          </Menu.Item>
          <Menu.Item leftSection={<IconRefresh size={15} />} onClick={() => evaluate.mutate()}>
            {m.alerts.evaluate}
          </Menu.Item>
          <Menu.Divider />
          {muted ? (
            <Menu.Item leftSection={<IconBell size={15} />} onClick={() => change.mutate({ muted_until: null })}>
              {m.alerts.unmute}
            </Menu.Item>
          ) : (
            (["hour", "day", "week"] as const).map((length) => (
              <Menu.Item key={length} leftSection={<IconBellOff size={15} />} onClick={() => change.mutate({ muted_until: new Date(Date.now() + MUTES[length]).toISOString() })}>
                {m.alerts.mute[length]}
              </Menu.Item>
            ))
          )}
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => setAsking("delete")}>
            {m.delete}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === "delete" && (
        <Confirm
          title={m.alerts.deleteTitle(alert.name)}
          lead={m.alerts.deleteLead}
          action={m.delete}
          name={alert.name}
          act={async () => {
            await deleteAlert(alert.id);
            await refresh();
          }}
          close={() => setAsking(null)}
        />
      )}
      {asking === "change" && <ChangeDialog alert={alert} close={() => setAsking(null)} />}
    </>
  );
}

/** The dialog, once it is known what the insight computes. */
function ChangeDialog({ alert, close }: { alert: AlertView; close: () => void }) {
  const insight = useQuery({ queryKey: ["insights", alert.insight_id], queryFn: () => read(api.GET("/api/v1/insights/{insight_id}", { params: { path: { insight_id: alert.insight_id } } })) });
  if (!insight.data) return null;
  return <AlertDialog insightId={alert.insight_id} name={alert.name} numbers={[]} series={insight.data.query.time?.grain != null} alert={alert} close={close} />;
}

function ruleText(rule: AlertView["rule"], m: ReturnType<typeof useMessages>, f: ReturnType<typeof useFormats>): string {
  const each = rule as Rule;
  const column = each.column ? `${each.column}: ` : "";
  if (each.kind === "threshold") return column + m.alerts.rules.threshold(m.alerts.operators[each.operator], f.number(each.value));
  if (each.kind === "change") return column + m.alerts.rules.change(m.alerts.directions[each.direction ?? "either"], f.number(each.percent));
  return column + m.alerts.rules.usual_range(f.number(each.k ?? 3.5));
}
