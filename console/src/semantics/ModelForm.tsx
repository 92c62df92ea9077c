/** The model in fields: a table with its columns, metrics, segments and relationships, who sees what of it, and the calendar. */
import { Accordion, Badge, Button, Group, Select, Stack, Switch, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useSession } from "../app/session";
import { useFormats, useMessages } from "../i18n/messages";
import type { Dataset, Field, Metric, Model } from "./model";
import { Policies } from "./Policies";
import { Relationships } from "./Relationships";
import { Segments } from "./Segments";
import { edited, Standing, StandingBadge } from "./Standing";

const ROLES = ["key", "dimension", "measure", "time", "text"] as const;
const STATES = ["inferred", "reviewed", "verified"] as const;
const AGGREGATIONS = ["sum", "avg", "count", "count_distinct", "min", "max", "median"] as const;
const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const MONTHS = Array.from({ length: 12 }, (_, before) => before + 1);

interface Props {
  model: Model;
  readOnly: boolean;
  change: (model: Model) => void;
}

export function ModelForm({ model, readOnly, change }: Props) {
  const m = useMessages();
  const { mayAdminister } = useSession();
  const [name, setName] = useState(model.datasets[0]?.name ?? "");
  const dataset = model.datasets.find((each) => each.name === name) ?? model.datasets[0];
  if (dataset === undefined) return null;
  const putDataset = (part: Partial<Dataset>) => change({ ...model, datasets: model.datasets.map((each) => (each.name === dataset.name ? edited(each, part) : each)) });
  // Its columns stand for themselves: one that is changed says nothing of the table.
  const putField = (field: string, part: Partial<Field>) => putDataset({ status: dataset.status, fields: dataset.fields.map((each) => (each.name === field ? edited(each, part) : each)) });
  const putMetric = (metric: string, part: Partial<Metric>) => change({ ...model, metrics: model.metrics.map((each) => (each.name === metric ? edited(each, part) : each)) });
  const metrics = model.metrics.filter((each) => each.dataset === dataset.name);
  return (
    <fieldset disabled={readOnly} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Stack>
        {model.datasets.length > 1 && (
          <Select label={m.semantics.dataset} allowDeselect={false} value={dataset.name} onChange={(value) => setName(value ?? name)} data={model.datasets.map((each) => ({ value: each.name, label: each.label }))} />
        )}
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput miw={160} label={m.semantics.label} value={dataset.label} onChange={(event) => putDataset({ label: event.currentTarget.value })} />
          <TextInput miw={160} label={m.semantics.rowNoun} value={dataset.row_noun} onChange={(event) => putDataset({ row_noun: event.currentTarget.value })} />
        </Group>
        <Group gap="xs">
          <StandingBadge part={dataset} />
        </Group>
        <Standing part={dataset} confirm={readOnly ? null : () => putDataset({ status: "verified" })} />
        <TagsInput label={m.data.synonyms} acceptValueOnBlur value={dataset.synonyms} onChange={(synonyms) => putDataset({ synonyms })} />
        <Select
          clearable
          label={m.semantics.defaultTime}
          value={dataset.default_time ?? null}
          onChange={(default_time) => putDataset({ default_time })}
          data={dataset.fields.filter((each) => each.role === "time").map((each) => ({ value: each.name, label: each.label }))}
        />
        <Group justify="space-between">
          <Text fw={600}>{m.semantics.metrics}</Text>
          {!readOnly && (
            <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={() => change({ ...model, metrics: [...model.metrics, fresh(model, dataset)] })}>
              {m.semantics.newMetric}
            </Button>
          )}
        </Group>
        <Accordion variant="separated" radius="md" chevronPosition="left">
          {metrics.map((metric) => (
            <Accordion.Item key={metric.name} value={metric.name}>
              <Accordion.Control>
                <Group gap="xs">
                  <Text size="sm">{metric.label}</Text>
                  <StandingBadge part={metric} />
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Standing part={metric} confirm={readOnly ? null : () => putMetric(metric.name, { status: "verified" })} />
                <MetricPart metric={metric} dataset={dataset} put={(part) => putMetric(metric.name, part)} remove={() => change({ ...model, metrics: model.metrics.filter((each) => each.name !== metric.name) })} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Text fw={600}>{m.data.columns}</Text>
        <Accordion variant="separated" radius="md" chevronPosition="left">
          {dataset.fields.map((field) => (
            <Accordion.Item key={field.name} value={field.name}>
              <Accordion.Control>
                <Group gap="xs">
                  <Text size="sm">{field.label}</Text>
                  <Badge size="sm" color="gray">
                    {m.data.role[field.role]}
                  </Badge>
                  <StandingBadge part={field} />
                </Group>
              </Accordion.Control>
              <Accordion.Panel>
                <Standing part={field} confirm={readOnly ? null : () => putField(field.name, { status: "verified" })} />
                <FieldPart field={field} put={(part) => putField(field.name, part)} />
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        <Segments key={`segments of ${dataset.name}`} model={model} dataset={dataset} readOnly={readOnly} change={change} />
        <Relationships model={model} dataset={dataset} readOnly={readOnly} change={change} />
        {mayAdminister && <Policies model={model} dataset={dataset} change={change} />}
        <CalendarPart model={model} change={change} />
      </Stack>
    </fieldset>
  );
}

/** A metric that counts rows, under a name that is free. */
function fresh(model: Model, dataset: Dataset): Metric {
  const taken = new Set(model.metrics.map((each) => each.name));
  let number = 1;
  while (taken.has(`metric_${number}`)) number += 1;
  return { name: `metric_${number}`, label: `Metric ${number}`, dataset: dataset.name, aggregation: "count", field: null, unit: null, synonyms: [], description: "", status: "reviewed", non_additive: false, cumulative: false };
}

function MetricPart({ metric, dataset, put, remove }: { metric: Metric; dataset: Dataset; put: (part: Partial<Metric>) => void; remove: () => void }) {
  const m = useMessages();
  return (
    <Stack gap="xs">
      <TextInput label={m.semantics.label} value={metric.label} onChange={(event) => put({ label: event.currentTarget.value })} />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <Select miw={140} label={m.semantics.computed} allowDeselect={false} value={metric.aggregation} onChange={(value) => put({ aggregation: value as Metric["aggregation"] })} data={AGGREGATIONS.map((each) => ({ value: each, label: m.semantics.aggregations[each] }))} />
        <Select miw={140} clearable label={m.semantics.of} placeholder={m.semantics.ofRows} value={metric.field ?? null} onChange={(field) => put({ field })} data={dataset.fields.map((each) => ({ value: each.name, label: each.label }))} />
      </Group>
      <TagsInput label={m.data.synonyms} acceptValueOnBlur value={metric.synonyms} onChange={(synonyms) => put({ synonyms })} />
      <Textarea autosize label={m.semantics.description} value={metric.description} onChange={(event) => put({ description: event.currentTarget.value })} />
      <Select label={m.documents.state} allowDeselect={false} value={metric.status} onChange={(value) => put({ status: value as Metric["status"] })} data={STATES.map((each) => ({ value: each, label: m.semantics.status[each] }))} />
      <Switch label={m.semantics.stock} checked={metric.non_additive} onChange={(event) => put(event.currentTarget.checked ? { non_additive: true } : { non_additive: false, stock_of: null })} />
      <Group>
        <Button size="xs" variant="default" color="red" onClick={remove}>
          {m.semantics.removeMetric}
        </Button>
      </Group>
    </Stack>
  );
}

function FieldPart({ field, put }: { field: Field; put: (part: Partial<Field>) => void }) {
  const m = useMessages();
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed">
        {field.name} · {m.data.type[field.type]}
      </Text>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput miw={140} label={m.semantics.label} value={field.label} onChange={(event) => put({ label: event.currentTarget.value })} />
        <Select miw={140} label={m.semantics.role} allowDeselect={false} value={field.role} onChange={(value) => put({ role: value as Field["role"] })} data={ROLES.map((each) => ({ value: each, label: m.data.role[each] }))} />
      </Group>
      <TagsInput label={m.data.synonyms} acceptValueOnBlur value={field.synonyms} onChange={(synonyms) => put({ synonyms })} />
      <Textarea autosize label={m.semantics.description} value={field.description} onChange={(event) => put({ description: event.currentTarget.value })} />
      <Switch label={m.semantics.personal} checked={field.personal} onChange={(event) => put({ personal: event.currentTarget.checked, ...(event.currentTarget.checked && { values: null }) })} />
    </Stack>
  );
}

function CalendarPart({ model, change }: { model: Model; change: (model: Model) => void }) {
  const m = useMessages();
  const f = useFormats();
  const { calendar } = model;
  const put = (part: Partial<Model["calendar"]>) => change({ ...model, calendar: { ...calendar, ...part } });
  return (
    <>
      <Text fw={600}>{m.semantics.calendar}</Text>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput miw={140} label={m.semantics.timeZone} value={calendar.time_zone} onChange={(event) => put({ time_zone: event.currentTarget.value })} />
        <Select miw={140} label={m.semantics.firstWeekday} allowDeselect={false} value={String(calendar.first_weekday)} onChange={(value) => put({ first_weekday: Number(value) })} data={WEEKDAYS.map((each) => ({ value: String(each), label: m.semantics.weekdays[each] ?? "" }))} />
        <Select miw={140} label={m.semantics.fiscalStart} allowDeselect={false} value={String(calendar.fiscal_year_start)} onChange={(value) => put({ fiscal_year_start: Number(value) })} data={MONTHS.map((each) => ({ value: String(each), label: f.monthName(each) }))} />
      </Group>
    </>
  );
}
