/** How long old versions of tables are kept. */
import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../api/client";
import type { RetentionView } from "../api/schema";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Failure } from "../design/Failure";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";

const KEY = ["dataset-retention"];

export function Retention() {
  const found = useQuery({ queryKey: KEY, queryFn: () => read(api.GET("/api/v1/dataset-retention")) });
  if (found.isError) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Waiting lines={3} />;
  return <RetentionForm policy={found.data} />;
}

function RetentionForm({ policy }: { policy: RetentionView }) {
  const m = useMessages();
  const { role } = useSession();
  const queries = useQueryClient();
  const [versions, setVersions] = useState<string | number>(policy.keep_versions ?? "");
  const [days, setDays] = useState<string | number>(policy.keep_days ?? "");
  const [asking, setAsking] = useState(false);
  const readOnly = role !== "owner";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      {asking && (
        <Confirm
          title={m.workspace.retentionTitle}
          lead={m.workspace.retentionGone}
          action={m.save}
          act={async () => {
            queries.setQueryData(KEY, await read(api.PUT("/api/v1/dataset-retention", { body: { keep_versions: numberOr(versions), keep_days: numberOr(days) } })));
            toast(m.workspace.retentionSaved);
          }}
          close={() => setAsking(false)}
        />
      )}
      <Stack maw="34rem">
        <Text size="sm">{m.workspace.retentionLead}</Text>
        <Group grow align="flex-end" preventGrowOverflow={false}>
          <NumberInput miw={220} readOnly={readOnly} label={m.workspace.keepVersions} min={1} max={10000} allowDecimal={false} placeholder={m.workspace.asServer(policy.server_keep_versions)} value={versions} onChange={setVersions} />
          <NumberInput miw={220} readOnly={readOnly} label={m.workspace.keepDays} min={0} max={36500} allowDecimal={false} placeholder={m.workspace.asServer(policy.server_keep_days)} value={days} onChange={setDays} />
        </Group>
        <Text size="xs" c="dimmed">
          {readOnly ? m.workspace.retentionOwner : m.workspace.retentionEmpty}
        </Text>
        {!readOnly && (
          <Group>
            <Button type="submit">
              {m.save}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function numberOr(value: string | number): number | null {
  return value === "" ? null : Number(value);
}
