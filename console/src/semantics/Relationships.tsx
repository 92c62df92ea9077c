/** How the rows of a table lead to those of others. */
import { Group, Select, Stack, Text } from "@mantine/core";
import { useMessages } from "../i18n/messages";
import type { Dataset, Model } from "./model";
import { Parts, RemovePart } from "./Parts";
import { Standing, StandingBadge } from "./Standing";
import css from "./semantics.module.css";

type Relationship = Model["relationships"][number];

interface Props {
  model: Model;
  dataset: Dataset;
  readOnly: boolean;
  change: (model: Model) => void;
}

export function Relationships({ model, dataset, readOnly, change }: Props) {
  const m = useMessages();
  const words = m.semantics.relations;
  if (model.datasets.length < 2) return null;
  const put = (place: number, part: Partial<Relationship>) => change({ ...model, relationships: model.relationships.map((each, at) => (at === place ? { ...each, ...part, status: "reviewed", confidence: null } : each)) });
  const confirm = (place: number) => change({ ...model, relationships: model.relationships.map((each, at) => (at === place ? { ...each, status: "verified" } : each)) });
  const add = () => {
    const other = model.datasets.find((each) => each.name !== dataset.name);
    if (other === undefined) return;
    const made: Relationship = { left: dataset.name, left_field: dataset.fields[0]?.name ?? "", right: other.name, right_field: other.primary_key?.[0] ?? other.fields[0]?.name ?? "", cardinality: "many_to_one", status: "reviewed", confidence: null };
    change({ ...model, relationships: [...model.relationships, made] });
  };
  const shown = model.relationships.map((each, place) => ({ each, place })).filter(({ each }) => each.left === dataset.name || each.right === dataset.name);
  return (
    <Parts words={words} lead={shown.length === 0 ? words.none : null} add={readOnly ? null : add}>
      <Stack gap="xs">
        {shown.map(({ each, place }) => (
          <div key={place} className={css.part} role="group" aria-label={words.one(labelOf(model, each.left), labelOf(model, each.right))}>
            <Group justify="space-between" gap="xs">
              <Text size="sm">{words.one(labelOf(model, each.left), labelOf(model, each.right))}</Text>
              <Group gap="xs">
                <StandingBadge part={each} />
              </Group>
            </Group>
            <Standing part={each} confirm={readOnly ? null : () => confirm(place)} />
            <Group grow align="flex-start" preventGrowOverflow={false} gap="xs">
              <End model={model} table={each.left} field={each.left_field} tableLabel={words.from} fieldLabel={words.fromField} choose={(left, left_field) => put(place, { left, left_field })} />
            </Group>
            <Group grow align="flex-start" preventGrowOverflow={false} gap="xs">
              <End model={model} table={each.right} field={each.right_field} tableLabel={words.to} fieldLabel={words.toField} choose={(right, right_field) => put(place, { right, right_field })} />
            </Group>
            <Select
              allowDeselect={false}
              label={words.cardinality}
              value={each.cardinality}
              onChange={(value) => put(place, { cardinality: value as Relationship["cardinality"] })}
              data={(["many_to_one", "one_to_one"] as const).map((value) => ({ value, label: words.cardinalities[value] }))}
            />
            {!readOnly && <RemovePart label={words.remove} remove={() => change({ ...model, relationships: model.relationships.filter((_, at) => at !== place) })} />}
          </div>
        ))}
      </Stack>
    </Parts>
  );
}

function labelOf(model: Model, name: string): string {
  return model.datasets.find((each) => each.name === name)?.label ?? name;
}

interface EndProps {
  model: Model;
  table: string;
  field: string;
  tableLabel: string;
  fieldLabel: string;
  choose: (table: string, field: string) => void;
}

/** A table and one of its columns; with another table, its key or its first column. */
function End({ model, table, field, tableLabel, fieldLabel, choose }: EndProps) {
  const tables = model.datasets.map((each) => ({ value: each.name, label: each.label }));
  const fields = model.datasets.find((each) => each.name === table)?.fields ?? [];
  const chooseTable = (name: string | null) => {
    const next = model.datasets.find((each) => each.name === name);
    if (next !== undefined) choose(next.name, next.primary_key?.[0] ?? next.fields[0]?.name ?? "");
  };
  return (
    <>
      <Select miw={140} allowDeselect={false} label={tableLabel} value={table} onChange={chooseTable} data={tables} />
      <Select miw={140} searchable allowDeselect={false} label={fieldLabel} value={field} onChange={(name) => choose(table, name ?? field)} data={fields.map((each) => ({ value: each.name, label: each.label }))} />
    </>
  );
}
