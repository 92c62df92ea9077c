/** Databases that are read where they are: which, whether they answer, and the tables taken from them. */
import { Alert, Badge, Button, Card, Group, Menu, Stack, Text, ActionIcon } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconAlertTriangle, IconCircleCheck, IconDatabase, IconDots, IconPencil, IconPlus, IconTable, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import type { ConnectionView } from "../api/schema";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Dialog } from "../design/Dialog";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { useFormats, useMessages } from "../i18n/messages";
import { ConnectionForm } from "./ConnectionForm";
import { Tables } from "./Tables";

export function ConnectionsPage() {
  const m = useMessages();
  const { mayAdminister } = useSession();
  const [adding, setAdding] = useState(false);
  const add = mayAdminister && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      {m.connections.add}
    </Button>
  );
  return (
    <Page title={m.nav.connections} lead={m.connections.lead} actions={add}>
      <Pages
        queryKey={["connections"]}
        load={(cursor) => read(api.GET("/api/v1/connections", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }))}
        empty={<Empty icon={IconDatabase} title={m.connections.none} lead={mayAdminister ? m.connections.noneLead : m.connections.viewer} action={add} />}
      >
        {(connections) => (
          <Stack>
            {connections.map((connection) => (
              <ConnectionCard key={connection.id} connection={connection} />
            ))}
          </Stack>
        )}
      </Pages>
      {adding && (
        <Dialog opened onClose={() => setAdding(false)} size="lg" title={m.connections.add} closeButtonProps={{ "aria-label": m.close }}>
          <ConnectionForm close={() => setAdding(false)} />
        </Dialog>
      )}
    </Page>
  );
}

type Open = "edit" | "tables" | "delete" | null;

function ConnectionCard({ connection }: { connection: ConnectionView }) {
  const m = useMessages();
  const f = useFormats();
  const { mayAdminister } = useSession();
  const queries = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const { config, facts } = connection;
  const params = { path: { connection_id: connection.id } };
  const test = useMutation({
    mutationFn: () => read(api.POST("/api/v1/connections/{connection_id}/test", { params })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["connections"] }),
  });
  const place = config.host ? `${config.host}${config.port == null ? "" : `:${config.port}`}/${config.database}` : config.database;
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={connection.name}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0, flex: "1 1 16rem" }}>
          <Group gap="xs">
            <Text fw={600}>{connection.name}</Text>
            <Badge color="gray">{m.connections.dialects[config.dialect]}</Badge>
          </Group>
          <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {[place, config.username && m.connections.as(config.username), connection.has_password ? m.connections.password : ""].filter(Boolean).join(" · ")}
          </Text>
          <Text size="xs" c="dimmed">
            {[facts.product, m.connections.tested(f.ago(connection.tested_at))].join(" · ")}
          </Text>
        </div>
        {mayAdminister && (
          <Group gap="xs">
            <Button size="xs" variant="default" leftSection={<IconTable size={14} />} onClick={() => setOpen("tables")}>
              {m.connections.tables}
            </Button>
            <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
              {m.models.test}
            </Button>
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="default" aria-label={m.connections.menu(connection.name)}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setOpen("edit")}>
                  {m.edit}
                </Menu.Item>
                <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => setOpen("delete")}>
                  {m.delete}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        )}
      </Group>
      {(facts.codes ?? []).map((code) => (
        <Alert key={code} mt="xs" p="xs" color="yellow" icon={<IconAlertTriangle size={16} />}>
          {m.connections.facts[code](facts.role.name)}
        </Alert>
      ))}
      <div>
        <FailureNote error={test.error} />
        {test.isSuccess && (
          <Group gap={6} mt="xs" role="status">
            <IconCircleCheck size={16} color="var(--accent)" aria-hidden />
            <Text size="sm">{m.connections.answers(test.data.product, test.data.role.name)}</Text>
          </Group>
        )}
      </div>
      {open === "edit" && (
        <Dialog opened onClose={close} size="lg" title={connection.name} closeButtonProps={{ "aria-label": m.close }}>
          <ConnectionForm connection={connection} close={close} />
        </Dialog>
      )}
      {open === "tables" && (
        <Dialog opened onClose={close} size="xl" title={m.connections.tablesOf(connection.name)} closeButtonProps={{ "aria-label": m.close }}>
          <Tables connection={connection} />
        </Dialog>
      )}
      {open === "delete" && (
        <Confirm
          title={m.connections.deleteTitle(connection.name)}
          lead={m.connections.deleteLead}
          action={m.delete}
          name={connection.name}
          act={async () => {
            await done(api.DELETE("/api/v1/connections/{connection_id}", { params }));
            ["connections", "datasets", "library", "semantics"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
          }}
          close={close}
        />
      )}
    </Card>
  );
}
