/** The workspace's own names, what they lead to, and how they were called. */
import { Badge, Button, Card, Code, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { IconArrowsSplit, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import type { AliasOut, UsageReport } from "../api/schema";
import { Confirm } from "../design/Confirm";
import { Dialog } from "../design/Dialog";
import { Empty } from "../design/Empty";
import { Pages } from "../design/Pages";
import { useFormats, useMessages } from "../i18n/messages";
import { AliasForm } from "./AliasForm";
import { legsOf, wayOf, type Leg } from "./legs";
import { ANSWERS, useModelsChanged } from "./names";
import { ChangeMenu } from "./Providers";

const AGAIN_MS = 15_000;

export function Aliases() {
  const m = useMessages();
  const [adding, { open, close }] = useDisclosure();
  return (
    <>
      <Group justify="flex-end" mb="md">
        <Button leftSection={<IconPlus size={16} />} onClick={open}>
          {m.models.addAlias}
        </Button>
      </Group>
      <Dialog opened={adding} onClose={close} size="lg" title={m.models.addAlias} closeButtonProps={{ "aria-label": m.close }}>
        <AliasForm close={close} />
      </Dialog>
      <Pages
        queryKey={["aliases"]}
        load={(cursor) => read(api.GET("/api/v1/model-aliases", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }))}
        empty={<Empty icon={IconArrowsSplit} title={m.models.noAliases} lead={m.models.noAliasesLead} />}
      >
        {(aliases) => (
          <Stack>
            {aliases.map((alias) => (
              <AliasCard key={alias.id} alias={alias} />
            ))}
          </Stack>
        )}
      </Pages>
    </>
  );
}

function AliasCard({ alias }: { alias: AliasOut }) {
  const m = useMessages();
  const changed = useModelsChanged();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const way = wayOf(alias);
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={alias.name}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Group gap="xs" style={{ minWidth: 0 }}>
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {alias.name}
          </Text>
          <Badge color="gray">{m.models.ways[way]}</Badge>
          {alias.name === ANSWERS && <Badge color="pine">{m.models.writesAnswers}</Badge>}
        </Group>
        <ChangeMenu name={alias.name} edit={() => setOpen("edit")} remove={() => setOpen("delete")} />
      </Group>
      <Stack component="ol" gap={4} my="xs" pl="lg">
        {legsOf(alias).map((leg) => (
          <LegLine key={leg.key} leg={leg} />
        ))}
        {way === "cascade" && (alias.targets ?? []).map(({ model }) => <LegLine key={model} leg={{ model, together: false, weight: 1, min_confidence: null, checks: [] }} />)}
      </Stack>
      <Cached alias={alias} />
      <Dialog opened={open === "edit"} onClose={close} size="lg" title={alias.name} closeButtonProps={{ "aria-label": m.close }}>
        <AliasForm alias={alias} close={close} />
      </Dialog>
      {open === "delete" && (
        <Confirm
          title={m.models.deleteTitle(alias.name)}
          lead={alias.name === ANSWERS ? m.models.deleteAnswersLead : m.models.deleteAliasLead}
          action={m.delete}
          name={alias.name}
          act={async () => {
            await done(api.DELETE("/api/v1/model-aliases/{alias_id}", { params: { path: { alias_id: alias.id } } }));
            changed();
          }}
          close={close}
        />
      )}
    </Card>
  );
}

function LegLine({ leg }: { leg: Omit<Leg, "key"> }) {
  const m = useMessages();
  const f = useFormats();
  const more = [
    leg.together ? m.models.together : "",
    leg.weight !== 1 ? `${m.models.weight}: ${f.number(leg.weight)}` : "",
    leg.min_confidence === null ? "" : m.models.from(f.number(leg.min_confidence)),
  ].filter(Boolean);
  return (
    <li>
      <Group gap="xs" display="inline-flex">
        <Text size="sm">{leg.model}</Text>
        {more.length > 0 && (
          <Text size="xs" c="dimmed">
            {more.join(" · ")}
          </Text>
        )}
        {leg.checks.map((check) => (
          <Code key={check}>{check}</Code>
        ))}
      </Group>
    </li>
  );
}

/** Whether answers of the alias are kept, and how many of its calls such an answer served in the last thirty days. */
function Cached({ alias }: { alias: AliasOut }) {
  const m = useMessages();
  const f = useFormats();
  const calls = useQuery({
    queryKey: ["usage", "requested_model"],
    queryFn: async () => (await read(api.GET("/api/v1/usage", { params: { query: { group_by: "requested_model", limit: 200 } } }))) as unknown as UsageReport,
    refetchInterval: AGAIN_MS,
  });
  const had = calls.data?.items.find(({ group }) => group["requested_model"] === alias.name);
  const { mode, ttl_seconds } = alias.cache ?? {};
  return (
    <Text size="xs" c="dimmed">
      {[m.models.cache[mode ?? "default"], mode === "exact" || mode === "semantic" ? m.models.keptFor(f.number((ttl_seconds ?? 0) / 60)) : "", had === undefined ? "" : m.models.cachedOf(f.number(had.calls), f.percent(had.calls === 0 ? 0 : had.cached_calls / had.calls))]
        .filter(Boolean)
        .join(" · ")}
    </Text>
  );
}
