/** When something is done: with new data, at times, or by hand. */
import { Autocomplete, Select, Stack } from "@mantine/core";
import type { ByHand, BySchedule, WithData } from "../api/schema";
import { useMessages } from "../i18n/messages";

export type When = WithData | BySchedule | ByHand;
const PRESETS = ["every 15m", "every 1h", "every 1d", "0 7 * * *", "0 7 * * 1-5"];

interface Props<T extends When> {
  value: T;
  change: (value: T) => void;
  label: string;
  byHand?: boolean;
}

export function WhenFields<T extends When>({ value, change, label, byHand }: Props<T>) {
  const m = useMessages();
  const ways = [{ value: "data", label: m.when.data }, { value: "schedule", label: m.when.schedule }, ...(byHand ? [{ value: "off", label: m.when.off }] : [])];
  const set = (next: When) => change(next as T);
  const choose = (on: string | null) => {
    if (on === "schedule") set({ on, schedule: "0 7 * * *", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
    else if (on === "off") set({ on });
    else set({ on: "data" });
  };
  return (
    <Stack gap="sm">
      <Select label={label} data={ways} value={value.on ?? "data"} allowDeselect={false} onChange={choose} />
      {value.on === "schedule" && (
        <>
          <Autocomplete required label={m.when.times} description={m.when.timesLead} data={PRESETS} value={value.schedule} onChange={(schedule) => set({ ...value, schedule })} />
          <Autocomplete label={m.when.zone} data={Intl.supportedValuesOf("timeZone")} limit={20} value={value.time_zone ?? "UTC"} onChange={(zone) => set({ ...value, time_zone: zone })} />
        </>
      )}
    </Stack>
  );
}
