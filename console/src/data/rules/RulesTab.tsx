/** The business rules of a table: kept in their order, tried on its rows, then applied in a new version. */
import { ActionIcon, Badge, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArrowDown, IconArrowUp, IconPencil, IconPlus, IconRuler2, IconTrash } from "@tabler/icons-react";
import { useRef, useState, type ReactNode } from "react";
import { api, read } from "../../api/client";
import { asProblem } from "../../api/problems";
import type { DatasetView, Trial } from "../../api/schema";
import { useSession } from "../../app/session";
import { Empty } from "../../design/Empty";
import { Failure, FailureNote } from "../../design/Failure";
import { JobProgress } from "../../design/JobProgress";
import { toast } from "../../design/toasts";
import { Waiting } from "../../design/Waiting";
import { useMessages, type Messages } from "../../i18n/messages";
import review from "../review/review.module.css";
import { blank, formOf, KINDS, moved, type Rule } from "./forms";
import { RuleDialog } from "./RuleDialog";
import css from "./rules.module.css";
import type { Drafts } from "../drafts";
import { TrialResult } from "./Trial";

const TRIED_ROWS = 50;
const COLOURS = { normalise: "blue", derive: "pine", validate: "yellow" } as const;

interface Props {
  dataset: DatasetView;
  drafts: Drafts;
}

export function RulesTab({ dataset, drafts }: Props) {
  const rules = useQuery({
    queryKey: ["datasets", dataset.id, "rules", dataset.version],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}/rules", { params: { path: { dataset_id: dataset.id }, query: { session_id: dataset.session_id } } })),
    // They change with the version alone, and asked again they would be those of the newest.
    staleTime: Infinity,
  });
  if (rules.isError) return <Failure error={rules.error} retry={() => void rules.refetch()} />;
  if (rules.isPending) return <Waiting lines={6} />;
  return <Rules dataset={dataset} kept={rules.data.rules} revision={rules.data.revision} drafts={drafts} />;
}

function Rules({ dataset, kept, revision, drafts }: Props & { kept: readonly Rule[]; revision: string }) {
  const m = useMessages();
  const session = useSession();
  // Whoever sees a conversation's table dropped it there.
  const mayEdit = session.mayEdit || dataset.session_id !== null;
  const { editing, setEditing } = drafts;
  const rules = drafts.rules?.rules ?? kept;
  const base = drafts.rules?.base ?? revision;
  const setRules = (next: readonly Rule[]) => drafts.setRules(JSON.stringify(next) === JSON.stringify(kept) ? null : { rules: next, base });
  const list = useRef<HTMLOListElement>(null);
  const fields = dataset.fields ?? [];
  const label = (name: string) => fields.find((each) => each.name === name)?.label ?? rules.flatMap((each) => (each.kind === "derive" && each.column === name && each.label ? [each.label] : []))[0] ?? name;
  const remove = (place: number) => {
    const before = rules;
    setRules(rules.filter((_, at) => at !== place));
    list.current?.focus();
    toast(m.rules.removed, { undo: () => setRules(before) });
  };
  const move = (from: number, to: number, way: "up" | "down") => {
    setRules(moved(rules, from, to));
    // The button went elsewhere with its rule; whoever pressed it goes on from there.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-way="${way}-${to}"]`)?.focus());
  };
  const add = mayEdit && (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconPlus size={16} />}>{m.rules.new}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {KINDS.map((kind) => (
          <Menu.Item key={kind} onClick={() => setEditing({ place: null, form: blank(kind) })}>
            <Text size="sm">{m.rules.titles[kind]}</Text>
            <Text size="xs" c="dimmed" maw="18rem">
              {m.rules.leads[kind]}
            </Text>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <>
      {rules.length === 0 && kept.length === 0 ? (
        <Empty icon={IconRuler2} title={m.rules.none} lead={m.rules.noneLead} action={add} />
      ) : (
        <>
          <Group justify="space-between" mb="md" align="flex-start">
            <Text size="sm" c="dimmed" maw="40rem">
              {m.rules.lead}
            </Text>
            {add}
          </Group>
          <ol ref={list} tabIndex={-1} className={css.rules} aria-label={m.rules.tab}>
            {rules.map((rule, place) => (
              <li key={`${place} ${JSON.stringify(rule)}`}>
                <span className={css.place} aria-hidden>
                  {place + 1}
                </span>
                <div className={css.rule}>
                  <Badge color={COLOURS[rule.kind]}>{m.rules.kinds[rule.kind]}</Badge>
                  <Text size="sm">{told(rule, label, m)}</Text>
                </div>
                {mayEdit && (
                  <Group gap={2} wrap="nowrap">
                    <RuleAction label={m.rules.up(place + 1)} disabled={place === 0} way={`up-${place}`} act={() => move(place, place - 1, "up")} icon={<IconArrowUp size={16} />} />
                    <RuleAction label={m.rules.down(place + 1)} disabled={place === rules.length - 1} way={`down-${place}`} act={() => move(place, place + 1, "down")} icon={<IconArrowDown size={16} />} />
                    <RuleAction label={m.rules.editOne(place + 1)} act={() => setEditing({ place, form: formOf(rule) })} icon={<IconPencil size={16} />} />
                    <RuleAction label={m.rules.removeOne(place + 1)} act={() => remove(place)} icon={<IconTrash size={16} />} />
                  </Group>
                )}
              </li>
            ))}
          </ol>
        </>
      )}
      {mayEdit && <TryAndSave dataset={dataset} rules={rules} overtaken={base !== revision} revision={revision} label={label} drafts={drafts} />}
      {editing !== null && (
        <RuleDialog
          form={editing.form}
          fields={fields}
          isNew={editing.place === null}
          close={() => setEditing(null)}
          done={(rule) => {
            setRules(editing.place === null ? [...rules, rule] : rules.map((each, at) => (at === editing.place ? rule : each)));
            setEditing(null);
          }}
        />
      )}
    </>
  );
}

function RuleAction({ label, icon, act, disabled, way }: { label: string; icon: ReactNode; act: () => void; disabled?: boolean; way?: string }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} data-way={way} aria-disabled={disabled} data-disabled={disabled || undefined} onClick={() => !disabled && act()}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

/** A rule as a sentence. */
function told(rule: Rule, label: (name: string) => string, m: Messages): string {
  switch (rule.kind) {
    case "normalise":
      return m.rules.told.normalise(label(rule.column), rule.steps.map((each) => m.rules.stepNames[typeof each === "string" ? each : "map"]).join(", "));
    case "derive": {
      const { by } = rule;
      const count = by.kind === "lookup" ? Object.keys(by.table).length : by.kind === "ranges" ? by.ranges.length : by.cases.length;
      return m.rules.told.derive(rule.label ?? rule.column, label(rule.source), m.rules.byNames[by.kind], count);
    }
    case "validate":
      return m.rules.told.validate(label(rule.column), m.rules.checkNames[rule.check.kind], rule.action === "reject" ? m.rules.reject : m.rules.flag);
  }
}

interface TryProps {
  dataset: DatasetView;
  rules: readonly Rule[];
  /** Whether the rules in force became others after these were begun. */
  overtaken: boolean;
  /** Of the rules in force, as they are known here: others are not replaced unseen. */
  revision: string;
  label: (column: string) => string;
  drafts: Drafts;
}

function TryAndSave({ dataset, rules, overtaken, revision, label, drafts }: TryProps) {
  const m = useMessages();
  const queries = useQueryClient();
  const path = { dataset_id: dataset.id };
  const text = JSON.stringify(rules);
  const changed = drafts.rules !== null;
  const discard = () => drafts.setRules(null);
  const [tried, setTried] = useState<{ text: string; trial: Trial } | null>(null);
  const { ruling: making } = drafts;
  const { started, failure } = making;
  const bar = useRef<HTMLDivElement>(null);
  const attempt = useMutation({
    mutationFn: () => read(api.POST("/api/v1/datasets/{dataset_id}/rules/test", { params: { path, query: { session_id: dataset.session_id } }, body: { rules: [...rules], limit: TRIED_ROWS } })),
    onSuccess: (trial) => setTried({ text, trial }),
  });
  const refresh = () => ["datasets", "library", "semantics"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
  const save = useMutation({
    mutationFn: () => {
      const body = { rules: [...rules] };
      const header = { "if-match": revision };
      if (dataset.session_id === null) return read(api.PUT("/api/v1/datasets/{dataset_id}/rules", { params: { path, header }, body }));
      return read(api.PUT("/api/v1/chat/sessions/{session_id}/datasets/{dataset_id}/rules", { params: { path: { ...path, session_id: dataset.session_id }, header }, body }));
    },
    onError: (error) => {
      if (asProblem(error).status === 412) void queries.invalidateQueries({ queryKey: ["datasets", dataset.id, "rules"] });
    },
    onSuccess: ({ job, version }) => {
      if (job === null) {
        discard();
        refresh();
      } else making.begin(job.id, version);
      bar.current?.focus();
    },
  });
  if (rules.length === 0 && !changed && started === null) return null;
  return (
    <>
      {tried !== null && tried.text === text && <TrialResult trial={tried.trial} label={label} />}
      <div ref={bar} tabIndex={-1} className={review.bar} role="region" aria-label={m.rules.apply}>
        {started !== null ? (
          <JobProgress
            id={started.job}
            label={m.rules.applying}
            done={() => {
              toast(m.review.done(started.version));
              making.end(null);
              discard();
              refresh();
            }}
            failed={making.end}
          />
        ) : (
          <Group justify="space-between" gap="sm">
            <Text size="sm">{overtaken ? m.rules.overtaken : changed ? m.rules.unsaved : m.rules.saved}</Text>
            <Group gap="xs">
              {changed && (
                <Button variant="default" onClick={discard}>
                  {m.review.discard}
                </Button>
              )}
              {rules.length > 0 && (
                <Button variant="default" loading={attempt.isPending} onClick={() => attempt.mutate()}>
                  {m.rules.try}
                </Button>
              )}
              {changed && (
                <Button loading={save.isPending} onClick={() => save.mutate()}>
                  {m.rules.apply}
                </Button>
              )}
            </Group>
          </Group>
        )}
        <FailureNote error={save.error ?? attempt.error ?? failure} />
      </div>
    </>
  );
}
