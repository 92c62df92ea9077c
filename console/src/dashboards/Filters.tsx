/** What all tiles are narrowed to: a period, and values of fields. */
import { ActionIcon, Chip, Select, Stack, TagsInput, TextInput, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconFilterPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { DashboardFilterInput } from "../api/schema";
import { readModel } from "../ask/library";
import { Dialog } from "../design/Dialog";
import { DialogButtons } from "../design/DialogButtons";
import { useMessages } from "../i18n/messages";
import css from "./dashboards.module.css";

interface Props {
  filters: readonly DashboardFilterInput[];
  change: (filters: DashboardFilterInput[]) => void;
}

type Period = Pick<DashboardFilterInput, "start" | "end">;

const isPeriod = (filter: DashboardFilterInput) => filter.field == null;

export function Filters({ filters, change }: Props) {
  const m = useMessages();
  const [adding, setAdding] = useState(false);
  const period: Period = filters.find(isPeriod) ?? {};
  const fields = filters.filter((each) => !isPeriod(each));
  const setPeriod = (part: Period) => {
    const { start, end } = { ...period, ...part };
    change([...fields, ...(start || end ? [{ start: start || null, end: end || null, values: [] }] : [])]);
  };
  return (
    <div className={css.filters} role="group" aria-label={m.dashboards.filters}>
      <TextInput type="date" size="xs" label={m.dashboards.from} value={period.start ?? ""} max={period.end ?? undefined} onChange={(event) => setPeriod({ start: event.currentTarget.value })} />
      <TextInput type="date" size="xs" label={m.dashboards.before} value={period.end ?? ""} min={period.start ?? undefined} onChange={(event) => setPeriod({ end: event.currentTarget.value })} />
      {fields.map((filter, place) => (
        <Chip key={place} checked size="xs" icon={<IconX size={12} />} onChange={() => change(filters.filter((each) => each !== filter))} aria-label={m.dashboards.removeFilter(`${filter.field}: ${(filter.values ?? []).join(", ")}`)}>
          {`${filter.field}: ${(filter.values ?? []).join(", ")}`}
        </Chip>
      ))}
      <Tooltip label={m.dashboards.addFilter}>
        <ActionIcon variant="default" size="md" aria-label={m.dashboards.addFilter} onClick={() => setAdding(true)}>
          <IconFilterPlus size={16} />
        </ActionIcon>
      </Tooltip>
      {adding && (
        <AddFilter
          close={() => setAdding(false)}
          add={(filter) => {
            change([...filters, filter]);
            setAdding(false);
          }}
        />
      )}
    </div>
  );
}

function AddFilter({ add, close }: { add: (filter: DashboardFilterInput) => void; close: () => void }) {
  const m = useMessages();
  const model = useQuery({ queryKey: ["semantics", "model"], queryFn: readModel });
  const [place, setPlace] = useState<string | null>(null);
  const [values, setValues] = useState<string[]>([]);
  const groups = (model.data?.datasets ?? []).map((dataset) => ({
    group: dataset.label,
    items: dataset.fields.filter((field) => field.role === "dimension" && !field.personal).map((field) => ({ value: `${dataset.name}\n${field.name}`, label: field.label })),
  }));
  const [dataset, field] = (place ?? "").split("\n");
  return (
    <Dialog opened onClose={close} title={m.dashboards.addFilter} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (dataset && field && values.length > 0) add({ dataset, field, operator: "in", values });
        }}
      >
        <Stack>
          <Select data-autofocus required searchable label={m.dashboards.field} data={groups.filter((each) => each.items.length > 0)} value={place} onChange={setPlace} />
          <TagsInput label={m.dashboards.values} description={m.dashboards.valuesLead} value={values} onChange={setValues} maxTags={50} />
          <DialogButtons action={m.add} disabled={!place || values.length === 0} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
