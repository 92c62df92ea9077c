/** Sets an alert, or another rule for one. */
import { Group, NumberInput, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { AlertView, BySchedule, WithData } from "../api/schema";
import { ALERTS } from "../app/live";
import { Dialog } from "../design/Dialog";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { changeAlert, setAlert } from "./alerts";
import { freshRule, kindsFor, type Kind, type Rule } from "./rules";
import { WhenFields } from "./WhenFields";

interface Props {
  insightId: string;
  name: string;
  /** The numbers that can be watched. */
  numbers: readonly { value: string; label: string }[];
  /** Whether the insight is a series by periods. */
  series: boolean;
  alert?: AlertView;
  close: () => void;
}

export function AlertDialog({ insightId, name, numbers, series, alert, close }: Props) {
  const m = useMessages();
  const queries = useQueryClient();
  const [called, setCalled] = useState(alert?.name ?? name);
  const [rule, setRule] = useState<Rule>((alert?.rule as Rule | undefined) ?? freshRule("threshold", null));
  const [check, setCheck] = useState<WithData | BySchedule>(alert?.check ?? { on: "data" });
  const save = useMutation({
    mutationFn: () => (alert ? changeAlert(alert.id, { name: called, rule, check }) : setAlert({ insight_id: insightId, name: called, rule, check })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ALERTS });
      toast(m.alerts.saved(called));
      close();
    },
  });
  return (
    <Dialog opened onClose={close} title={alert ? m.alerts.change : m.alerts.set} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput data-autofocus required label={m.alerts.called} maxLength={200} value={called} onChange={(event) => setCalled(event.currentTarget.value)} />
          <Select
            label={m.alerts.tellWhen}
            allowDeselect={false}
            data={kindsFor(series || rule.kind === "usual_range").map((kind) => ({ value: kind, label: m.alerts.kinds[kind] }))}
            value={rule.kind}
            onChange={(kind) => setRule(freshRule(kind as Kind, rule.column ?? null))}
          />
          {numbers.length > 1 && <Select label={m.alerts.number} data={[...numbers]} value={rule.column ?? numbers[0]?.value ?? null} allowDeselect={false} onChange={(column) => setRule({ ...rule, column })} />}
          <RuleFields rule={rule} change={setRule} />
          {series && rule.kind !== "usual_range" && (
            <Switch label={m.alerts.partial} description={m.alerts.partialLead} checked={rule.partial === "include"} onChange={(event) => setRule({ ...rule, partial: event.currentTarget.checked ? "include" : "skip" })} />
          )}
          <WhenFields label={m.alerts.when} value={check} change={setCheck} />
          <Text size="xs" c="dimmed">
            {m.alerts.asYou}
          </Text>
          <FailureNote error={save.error} />
          <DialogButtons busy={save.isPending} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}

function RuleFields({ rule, change }: { rule: Rule; change: (rule: Rule) => void }) {
  const m = useMessages();
  if (rule.kind === "threshold") {
    const operators = (["above", "below", "equal"] as const).map((value) => ({ value, label: m.alerts.operators[value] }));
    return (
      <Group grow align="flex-end">
        <Select label={m.alerts.is} data={operators} value={rule.operator} allowDeselect={false} onChange={(operator) => change({ ...rule, operator: operator as typeof rule.operator })} />
        <NumberInput required label={m.alerts.value} value={rule.value} onChange={(value) => change({ ...rule, value: Number(value) })} />
      </Group>
    );
  }
  if (rule.kind === "change") {
    const directions = (["either", "up", "down"] as const).map((value) => ({ value, label: m.alerts.directions[value] }));
    return (
      <Group grow align="flex-end">
        <Select label={m.alerts.direction} data={directions} value={rule.direction ?? "either"} allowDeselect={false} onChange={(direction) => change({ ...rule, direction: direction as typeof rule.direction })} />
        <NumberInput required label={m.alerts.percent} min={0.1} suffix=" %" value={rule.percent} onChange={(value) => change({ ...rule, percent: Number(value) })} />
      </Group>
    );
  }
  const seasons = (["auto", "none", "day", "week", "year"] as const).map((value) => ({ value, label: m.alerts.seasons[value] }));
  return (
    <>
      <Group grow align="flex-end">
        <NumberInput required label={m.alerts.k} min={1} max={20} step={0.5} value={rule.k ?? 3.5} onChange={(value) => change({ ...rule, k: Number(value) })} />
        <NumberInput required label={m.alerts.minHistory} min={5} max={60} value={rule.min_history ?? 8} onChange={(value) => change({ ...rule, min_history: Number(value) })} />
      </Group>
      <Select label={m.alerts.season} description={m.alerts.usualLead} data={seasons} value={rule.season ?? "auto"} allowDeselect={false} onChange={(season) => change({ ...rule, season: season as NonNullable<typeof rule.season> })} />
    </>
  );
}
