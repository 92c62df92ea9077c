/** How long conversations are kept. */
import { Button, Group, NumberInput, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../api/client";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Failure } from "../design/Failure";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";

const KEY = ["conversation-retention"];
const LONGEST = 36_500;

export function ConversationRetention() {
  const m = useMessages();
  const found = useQuery({ queryKey: KEY, queryFn: () => read(api.GET("/api/v1/chat/retention")) });
  return (
    <section aria-labelledby="conversation-retention">
      <Title order={2} size="h4" id="conversation-retention" mb="xs">
        {m.conversations.retention}
      </Title>
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Waiting lines={2} />}
      {found.data && <DaysForm kept={found.data.days} />}
    </section>
  );
}

function DaysForm({ kept }: { kept: number | null }) {
  const m = useMessages();
  const { role } = useSession();
  const queries = useQueryClient();
  const [typed, setTyped] = useState<string | number>(kept ?? "");
  const [asking, setAsking] = useState(false);
  const days = typed === "" ? null : Number(typed);
  const readOnly = role !== "owner";
  const save = async () => {
    queries.setQueryData(KEY, await read(api.PUT("/api/v1/chat/retention", { body: { days } })));
    toast(m.conversations.retentionSaved);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setAsking(true);
      }}
    >
      {asking && <Confirm title={m.conversations.retentionTitle} lead={days === null ? m.conversations.retentionStays : m.conversations.retentionGone(days)} action={m.save} act={save} close={() => setAsking(false)} />}
      <Stack maw="34rem">
        <Text size="sm">{m.conversations.retentionLead}</Text>
        <NumberInput maw={220} readOnly={readOnly} label={m.conversations.retentionDays} min={1} max={LONGEST} allowDecimal={false} placeholder={m.conversations.retentionEver} value={typed} onChange={setTyped} />
        {readOnly ? (
          <Text size="xs" c="dimmed">
            {m.workspace.retentionOwner}
          </Text>
        ) : (
          <Group>
            <Button type="submit">{m.save}</Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
