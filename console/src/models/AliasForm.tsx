/** A name that leads to models: tried in order, or asked one after the other until an answer is good enough. */
import { Autocomplete, Button, Checkbox, Group, NumberInput, SegmentedControl, Stack, TagsInput, Text, TextInput, ActionIcon, Fieldset } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { AliasOut } from "../api/schema";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";
import { legsOf, newLeg, patchOf, wayOf, type Leg, type Way } from "./legs";
import { useModelNames, useModelsChanged, WITHOUT_MODEL } from "./names";

const WAYS = ["order", "cascade"] as const;

export function AliasForm({ alias, close }: { alias?: AliasOut; close: () => void }) {
  const m = useMessages();
  const changed = useModelsChanged();
  const [name, setName] = useState(alias?.name ?? "");
  const [way, setWay] = useState<Way>(() => wayOf(alias));
  const [legs, setLegs] = useState<readonly Leg[]>(() => legsOf(alias));
  const [asGiven, setAsGiven] = useState(alias?.cascade_order === "as_given");
  const save = useMutation({
    mutationFn: () => {
      const body = { name, cascade_order: asGiven ? ("as_given" as const) : ("price" as const), ...patchOf(way, legs, alias) };
      return read(alias === undefined ? api.POST("/api/v1/model-aliases", { body: body as never }) : api.PATCH("/api/v1/model-aliases/{alias_id}", { params: { path: { alias_id: alias.id } }, body }));
    },
    onSuccess: () => {
      changed();
      close();
    },
  });
  const behind = way === "cascade" && wayOf(alias) === "cascade" ? (alias?.targets ?? []).map(({ model }) => model) : [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <TextInput data-autofocus required label={m.name_} description={m.models.aliasHint} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <SegmentedControl aria-label={m.models.way} value={way} onChange={(value) => setWay(value as Way)} data={WAYS.map((each) => ({ value: each, label: m.models.ways[each] }))} />
        <Text size="sm" c="dimmed">
          {m.models.waysLead[way]}
        </Text>
        <Legs way={way} legs={legs} setLegs={setLegs} own={alias?.name} hasMore={behind.length > 0} />
        {behind.length > 0 && <Text size="sm">{m.models.behind(behind.join(", "))}</Text>}
        {way === "cascade" && <Checkbox label={m.models.asGiven} checked={asGiven} onChange={(event) => setAsGiven(event.currentTarget.checked)} />}
        <FailureNote error={save.error} />
        <DialogButtons busy={save.isPending} close={close} />
      </Stack>
    </form>
  );
}

interface LegsProps {
  way: Way;
  legs: readonly Leg[];
  setLegs: (change: (legs: readonly Leg[]) => readonly Leg[]) => void;
  own: string | undefined;
  /** Whether something comes after the last leg. */
  hasMore: boolean;
}

function Legs({ way, legs, setLegs, own, hasMore }: LegsProps) {
  const m = useMessages();
  const known = (useModelNames() ?? []).filter(({ kind, name }) => kind !== "pattern" && name !== own).map(({ name }) => name);
  const names = [...new Set(way === "cascade" ? [...known, WITHOUT_MODEL] : known)];
  const put = (key: number, part: Partial<Leg>) => setLegs((now) => now.map((leg) => (leg.key === key ? { ...leg, ...part } : leg)));
  const swap = (place: number) => setLegs((now) => [...now.slice(0, place), now[place + 1]!, now[place]!, ...now.slice(place + 2)]);
  return (
    <>
      {legs.map((leg, place) => (
        <Fieldset key={leg.key} legend={m.models.leg(place + 1)} p="sm">
          <Group wrap="nowrap" gap="xs">
            <Autocomplete required aria-label={m.models.modelOf(place + 1)} flex={1} miw={0} value={leg.model} onChange={(model) => put(leg.key, { model })} data={names} />
            <ActionIcon variant="default" aria-label={m.models.up(place + 1)} disabled={place === 0} onClick={() => swap(place - 1)}>
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon variant="default" aria-label={m.models.down(place + 1)} disabled={place === legs.length - 1} onClick={() => swap(place)}>
              <IconArrowDown size={16} />
            </ActionIcon>
            <ActionIcon variant="default" aria-label={m.models.without(place + 1)} disabled={legs.length === 1} onClick={() => setLegs((now) => now.filter(({ key }) => key !== leg.key))}>
              <IconX size={16} />
            </ActionIcon>
          </Group>
          {way === "order" && <Share leg={leg} first={place === 0} shares={leg.together || legs[place + 1]?.together === true} put={(part) => put(leg.key, part)} />}
          {way === "cascade" && (place < legs.length - 1 || hasMore) && <Threshold leg={leg} put={(part) => put(leg.key, part)} />}
        </Fieldset>
      ))}
      <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} style={{ alignSelf: "flex-start" }} onClick={() => setLegs((now) => [...now, newLeg()])}>
        {m.models.addLeg}
      </Button>
    </>
  );
}

interface LegProps {
  leg: Leg;
  put: (part: Partial<Leg>) => void;
}

function Share({ leg, first, shares, put }: LegProps & { first: boolean; shares: boolean }) {
  const m = useMessages();
  if (first && !shares) return null;
  return (
    <Group mt="xs" gap="md">
      {!first && <Checkbox size="xs" label={m.models.together} checked={leg.together} onChange={(event) => put({ together: event.currentTarget.checked })} />}
      {shares && <NumberInput size="xs" w={120} label={m.models.weight} min={0.01} max={1000} decimalScale={2} decimalSeparator={m.usage.decimal} value={leg.weight} onChange={(value) => put({ weight: Number(value) || 1 })} />}
    </Group>
  );
}

function Threshold({ leg, put }: LegProps) {
  const m = useMessages();
  return (
    <Stack mt="xs" gap="xs">
      <NumberInput size="xs" label={m.models.minConfidence} description={m.models.minConfidenceHint} min={0} max={1} step={0.05} decimalScale={3} decimalSeparator={m.usage.decimal} value={leg.min_confidence ?? ""} onChange={(value) => put({ min_confidence: value === "" ? null : Number(value) })} />
      <TagsInput size="xs" comboboxProps={{ withinPortal: false }} label={m.models.checks} description={m.models.checksHint} splitChars={[]} value={[...leg.checks]} onChange={(checks) => put({ checks })} data={["cannot_answer", "complete", "own_confidence"]} />
    </Stack>
  );
}
