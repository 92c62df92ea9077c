/** API keys: made, shown once, revoked. */
import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import type { BoundedKeyOut, UsageFigures, UsageReport } from "../api/schema";
import { Confirm } from "../design/Confirm";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Pages } from "../design/Pages";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { Secret } from "../design/Secret";
import { useFormats, useMessages } from "../i18n/messages";

const DAYS = ["30", "90", "365", "never"] as const;
const DAY_MS = 86_400_000;
const MOST_KEYS = 200;
const NOTHING = { calls: 0, cost_usd: 0 };

export function Keys() {
  const m = useMessages();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [days, setDays] = useState<string>("90");
  const calls = useCalls();
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/api-keys", { body: { name, budgets: [], limits: [], expires_at: days === "never" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString() } })),
    onSuccess: () => {
      setName("");
      void queries.invalidateQueries({ queryKey: ["keys"] });
    },
  });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Group align="flex-end" gap="xs" mb="md">
          <TextInput flex="1 1 14rem" required label={m.workspace.keyName} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Select w={150} label={m.workspace.keyLife} allowDeselect={false} value={days} onChange={(value) => setDays(value ?? "90")} data={DAYS.map((each) => ({ value: each, label: each === "never" ? m.workspace.never : m.workspace.days(Number(each)) }))} />
          <Button type="submit" loading={make.isPending}>
            {m.workspace.makeKey}
          </Button>
        </Group>
      </form>
      <FailureNote error={make.error} />
      {make.data && <Secret title={m.workspace.keyMade(make.data.name)} lead={m.workspace.keyOnce} text={make.data.key} />}
      <Pages queryKey={["keys"]} load={(cursor) => read(api.GET("/api/v1/api-keys", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }))} empty={<Empty icon={IconKey} title={m.workspace.noKeys} lead={m.workspace.noKeysLead} />}>
        {(keys) => (
          <RowTable heads={[m.name_, m.workspace.scopes, m.workspace.calls, m.workspace.lastUsed, m.workspace.expires, m.actions]}>
            {keys.map((key) => (
              <KeyRow key={key.id} item={key} figures={calls && (calls.get(key.id) ?? NOTHING)} />
            ))}
          </RowTable>
        )}
      </Pages>
    </>
  );
}

/** What each key was used for in the last 30 days, by the key's id. */
function useCalls() {
  const report = useQuery({
    queryKey: ["usage", "keys"],
    queryFn: async () => (await read(api.GET("/api/v1/usage", { params: { query: { group_by: "key", limit: MOST_KEYS } } }))) as unknown as UsageReport,
  });
  return report.data && new Map(report.data.items.map((each) => [each.group.key, each]));
}

function KeyRow({ item, figures }: { item: BoundedKeyOut; figures: Pick<UsageFigures, "calls" | "cost_usd"> | undefined }) {
  const m = useMessages();
  const f = useFormats();
  const queries = useQueryClient();
  const [revoking, setRevoking] = useState(false);
  return (
    <Row>
      <RowCell>
        <Text size="sm" fw={550}>
          {item.name}
        </Text>
        <Text size="xs" c="dimmed" ff="monospace">
          {item.prefix}…
        </Text>
      </RowCell>
      <RowCell head={m.workspace.scopes} maw={260}>
        <Text size="xs" component="code" ff="monospace" lineClamp={3}>
          {item.scopes.join(" ")}
        </Text>
      </RowCell>
      <RowCell head={m.workspace.calls}>{figures && m.workspace.called(f.number(figures.calls), f.money(figures.cost_usd))}</RowCell>
      <RowCell head={m.workspace.lastUsed}>{item.last_used_at ? f.ago(item.last_used_at) : m.workspace.unused}</RowCell>
      <RowCell head={m.workspace.expires}>{item.expires_at ? f.date(item.expires_at) : m.workspace.never}</RowCell>
      <RowCell w={120}>
        <Button size="compact-xs" variant="default" onClick={() => setRevoking(true)} aria-label={`${m.workspace.revoke}: ${item.name}`}>
          {m.workspace.revoke}
        </Button>
        {revoking && (
          <Confirm
            title={m.workspace.revokeTitle(item.name)}
            lead={m.workspace.revokeLead}
            action={m.workspace.revoke}
            name={item.name}
            act={async () => {
              await done(api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id: item.id } } }));
              await queries.invalidateQueries({ queryKey: ["keys"] });
            }}
            close={() => setRevoking(false)}
          />
        )}
      </RowCell>
    </Row>
  );
}
