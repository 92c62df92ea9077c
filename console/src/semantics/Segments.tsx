/** Named rows of a table, by conditions in lines. */
import { Accordion, ActionIcon, Button, Code, SegmentedControl, Select, Stack, TagsInput, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "../i18n/messages";
import { arity, fieldsFor, filterOf, formOf, freeName, line, OPERATORS, type FieldChoice, type FilterForm, type Line, type Operator } from "./filters";
import type { Dataset, Model } from "./model";
import { Parts, RemovePart } from "./Parts";
import css from "./semantics.module.css";

type Segment = Model["segments"][number];

interface Props {
  model: Model;
  dataset: Dataset;
  readOnly: boolean;
  change: (model: Model) => void;
}

export function Segments({ model, dataset, readOnly, change }: Props) {
  const m = useMessages();
  const words = m.semantics.segments;
  const [open, setOpen] = useState<string | null>(null);
  const fields = fieldsFor(model, dataset.name);
  const put = (name: string, part: Partial<Segment>) => change({ ...model, segments: model.segments.map((each) => (each.name === name ? { ...each, ...part } : each)) });
  const add = () => {
    const name = freeName("segment", model.segments.map((each) => each.name));
    const first = dataset.fields.find((each) => each.role === "dimension") ?? dataset.fields[0];
    if (first === undefined) return;
    const made: Segment = { name, label: words.fresh(name.replace("segment_", "")), dataset: dataset.name, where: { field: first.name, operator: "not_null", values: [] }, synonyms: [], description: "" };
    change({ ...model, segments: [...model.segments, made] });
    setOpen(name);
  };
  const shown = model.segments.filter((each) => each.dataset === dataset.name);
  return (
    <Parts words={words} lead={shown.length === 0 ? words.none : null} add={readOnly ? null : add}>
      <Accordion variant="separated" radius="md" chevronPosition="left" value={open} onChange={setOpen}>
        {shown.map((segment) => (
          <Accordion.Item key={segment.name} value={segment.name}>
            <Accordion.Control>
              <Text size="sm">{segment.label}</Text>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="xs">
                <TextInput label={m.semantics.label} value={segment.label} onChange={(event) => put(segment.name, { label: event.currentTarget.value })} />
                <Where key={segment.name} segment={segment} fields={fields} readOnly={readOnly} put={(where) => put(segment.name, { where })} />
                <TagsInput label={m.data.synonyms} acceptValueOnBlur value={[...(segment.synonyms ?? [])]} onChange={(synonyms) => put(segment.name, { synonyms })} />
                <Textarea autosize label={m.semantics.description} value={segment.description ?? ""} onChange={(event) => put(segment.name, { description: event.currentTarget.value })} />
                {!readOnly && <RemovePart label={words.remove} remove={() => change({ ...model, segments: model.segments.filter((each) => each.name !== segment.name) })} />}
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Parts>
  );
}

interface WhereProps {
  segment: Segment;
  fields: readonly FieldChoice[];
  readOnly: boolean;
  put: (where: Segment["where"]) => void;
}

/** The lines are kept here while they are edited, so that one that is not whole yet stays; a change from elsewhere, in the
 * text say, takes their place. */
function Where({ segment, fields, readOnly, put }: WhereProps) {
  const m = useMessages();
  const words = m.semantics.segments;
  const typeOf = (name: string) => fields.find((each) => each.value === name)?.type;
  const [form, setForm] = useState(() => formOf(segment.where));
  const [said, setSaid] = useState(() => JSON.stringify(segment.where));
  const now = JSON.stringify(segment.where);
  if (now !== said) {
    setSaid(now);
    setForm(formOf(segment.where));
  }
  if (form === null) {
    return (
      <div>
        <Text size="sm">{words.deep}</Text>
        <Code block>{JSON.stringify(segment.where, null, 2)}</Code>
      </div>
    );
  }
  const edit = (next: FilterForm) => {
    const where = filterOf(next, typeOf);
    setForm(next);
    setSaid(JSON.stringify(where));
    put(where);
  };
  const put1 = (id: number, part: Partial<Line>) => edit({ ...form, lines: form.lines.map((each) => (each.id === id ? { ...each, ...part } : each)) });
  return (
    <Stack gap="xs" role="group" aria-label={words.where}>
      <Text size="sm" fw={500}>
        {words.where}
      </Text>
      {form.lines.length > 1 && (
        <SegmentedControl
          size="xs"
          aria-label={words.match}
          value={form.match}
          onChange={(match) => edit({ ...form, match: match as FilterForm["match"] })}
          data={(["all", "any"] as const).map((value) => ({ value, label: words.matches[value] }))}
        />
      )}
      {form.lines.map((each, place) => (
        <Condition
          key={each.id}
          line={each}
          place={place + 1}
          fields={fields}
          put={(part) => put1(each.id, part)}
          remove={readOnly || form.lines.length === 1 ? null : () => edit({ ...form, lines: form.lines.filter((other) => other.id !== each.id) })}
        />
      ))}
      {!readOnly && (
        <Button size="xs" variant="default" w="max-content" leftSection={<IconPlus size={14} />} onClick={() => edit({ ...form, lines: [...form.lines, line(fields[0]?.value ?? "", "not_null")] })}>
          {words.addLine}
        </Button>
      )}
    </Stack>
  );
}

interface ConditionProps {
  line: Line;
  place: number;
  fields: readonly FieldChoice[];
  put: (part: Partial<Line>) => void;
  remove: (() => void) | null;
}

function Condition({ line: each, place, fields, put, remove }: ConditionProps) {
  const m = useMessages();
  const words = m.semantics.segments;
  const known = fields.some((field) => field.value === each.field);
  const choices = [...fields.map(({ value, label }) => ({ value, label })), ...(known ? [] : [{ value: each.field, label: each.field }])];
  const most = arity(each.operator);
  const at = (index: number, value: string) => put({ values: Array.from({ length: most ?? 1 }, (_, n) => (n === index ? value : (each.values[n] ?? ""))) });
  return (
    <div className={css.condition} role="group" aria-label={words.line(place)}>
      <Select searchable allowDeselect={false} aria-label={words.field(place)} data={choices} value={each.field} onChange={(field) => put({ field: field ?? each.field })} />
      <Select allowDeselect={false} aria-label={words.operator(place)} data={OPERATORS.map((value) => ({ value, label: words.operators[value] }))} value={each.operator} onChange={(value) => put({ operator: value as Operator })} />
      {most === null ? (
        <TagsInput aria-label={words.value(place)} acceptValueOnBlur value={[...each.values]} onChange={(values) => put({ values })} />
      ) : (
        Array.from({ length: most }, (_, index) => <TextInput key={index} aria-label={index === 0 ? words.value(place) : words.upTo(place)} value={each.values[index] ?? ""} onChange={(event) => at(index, event.currentTarget.value)} />)
      )}
      {remove !== null && (
        <ActionIcon variant="subtle" color="gray" size={36} aria-label={words.removeLine(place)} onClick={remove}>
          <IconX size={16} />
        </ActionIcon>
      )}
    </div>
  );
}
