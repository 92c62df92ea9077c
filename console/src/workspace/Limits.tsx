/** What one query over tables may cost in the workspace. */
import { Button, Group, NumberInput, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { api, read } from "../api/client";
import type { QueryLimitsView } from "../api/schema";
import { useSession } from "../app/session";
import { Failure, FailureNote } from "../design/Failure";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import { changeOf, formOf, megabytesOf } from "./limits";

const KEY = ["query-limits"];

export function Limits() {
  const found = useQuery({ queryKey: KEY, queryFn: () => read(api.GET("/api/v1/query-limits")) });
  if (found.isError) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (found.isPending) return <Waiting lines={3} />;
  return <LimitsForm limits={found.data} />;
}

function LimitsForm({ limits }: { limits: QueryLimitsView }) {
  const m = useMessages();
  const f = useFormats();
  const { mayAdminister } = useSession();
  const queries = useQueryClient();
  const [form, setForm] = useState(() => formOf(limits));
  const save = useMutation({
    mutationFn: () => read(api.PUT("/api/v1/query-limits", { body: changeOf(form) })),
    onSuccess: (kept) => {
      queries.setQueryData(KEY, kept);
      toast(m.workspace.limitsSaved);
    },
  });
  const field = (name: keyof typeof form, label: string, most: number, more: { allowDecimal?: boolean; min?: number } = {}) => (
    <NumberInput
      maw="20rem"
      readOnly={!mayAdminister}
      label={label}
      min={1}
      max={most}
      clampBehavior="none"
      thousandSeparator={f.number(10_000).charAt(2)}
      decimalSeparator={f.number(0.5).charAt(1)}
      placeholder={m.workspace.asServer(f.number(most))}
      value={form[name]}
      onChange={(value) => setForm({ ...form, [name]: value })}
      {...more}
    />
  );
  const send = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={send}>
      <Stack maw="34rem">
        <Text size="sm">{m.workspace.limitsLead}</Text>
        {field("rows", m.workspace.limitRows, limits.server_max_scan_rows, { allowDecimal: false })}
        {field("megabytes", m.workspace.limitMegabytes, megabytesOf(limits.server_max_scan_bytes), { min: 0 })}
        {field("seconds", m.workspace.limitSeconds, limits.server_timeout_seconds)}
        <FailureNote error={save.error} />
        <Text size="xs" c="dimmed">
          {mayAdminister ? m.workspace.limitsEmpty : m.workspace.limitsWho}
        </Text>
        {mayAdminister && (
          <Group>
            <Button type="submit" loading={save.isPending}>
              {m.save}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
