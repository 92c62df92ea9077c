/** The services that models are called at: tried, changed, deleted. */
import { ActionIcon, Badge, Button, Card, Code, Group, Menu, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { IconCircleCheck, IconDots, IconPencil, IconPlugConnected, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import type { ProviderOut } from "../api/schema";
import { Confirm } from "../design/Confirm";
import { Dialog } from "../design/Dialog";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Pages } from "../design/Pages";
import { useFormats, useMessages } from "../i18n/messages";
import { useModelsChanged } from "./names";
import { ProviderForm } from "./ProviderForm";

export function Providers() {
  const m = useMessages();
  const [adding, { open, close }] = useDisclosure();
  return (
    <>
      <Group justify="flex-end" mb="md">
        <Button leftSection={<IconPlus size={16} />} onClick={open}>
          {m.models.addProvider}
        </Button>
      </Group>
      <Dialog opened={adding} onClose={close} title={m.models.addProvider} closeButtonProps={{ "aria-label": m.close }}>
        <ProviderForm close={close} />
      </Dialog>
      <Pages
        queryKey={["providers"]}
        load={(cursor) => read(api.GET("/api/v1/providers", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }))}
        empty={<Empty icon={IconPlugConnected} title={m.models.noProviders} lead={m.models.noProvidersLead} />}
      >
        {(providers) => (
          <Stack>
            {providers.map((provider) => (
              <ProviderCard key={provider.id} provider={provider} />
            ))}
          </Stack>
        )}
      </Pages>
    </>
  );
}

function ProviderCard({ provider }: { provider: ProviderOut }) {
  const m = useMessages();
  const f = useFormats();
  const changed = useModelsChanged();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const params = { path: { provider_id: provider.id } };
  const check = useMutation({ mutationFn: () => read(api.POST("/api/v1/providers/{provider_id}/check", { params, body: {} })) });
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={provider.name}>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={600}>{provider.name}</Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
            {provider.kind} · <Code>{provider.base_url}</Code> · {provider.has_key ? m.models.keyEnding(provider.key_ending ?? "") : m.models.noKey}
          </Text>
        </div>
        <Group gap="xs">
          <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate()}>
            {m.models.test}
          </Button>
          <ChangeMenu name={provider.name} edit={() => setOpen("edit")} remove={() => setOpen("delete")} />
        </Group>
      </Group>
      <Group gap={4} mt="xs">
        {provider.models.map((model) => (
          <Badge key={model.name} variant="default">
            {model.name}
          </Badge>
        ))}
      </Group>
      <FailureNote error={check.error} />
      {check.data?.models.map((model) => (
        <Group key={model.model} gap="xs" mt="xs" role="status">
          <Badge color={model.ok ? "pine" : "red"} leftSection={model.ok ? <IconCircleCheck size={12} /> : undefined}>
            {model.model}
          </Badge>
          <Text size="sm">{model.ok ? m.models.answers(f.duration(model.latency_ms)) : m.models.fails(model.problem, model.detail ?? "")}</Text>
        </Group>
      ))}
      <Dialog opened={open === "edit"} onClose={close} title={provider.name} closeButtonProps={{ "aria-label": m.close }}>
        <ProviderForm provider={provider} close={close} />
      </Dialog>
      {open === "delete" && (
        <Confirm
          title={m.models.deleteTitle(provider.name)}
          lead={m.models.deleteProviderLead}
          action={m.delete}
          name={provider.name}
          act={async () => {
            await done(api.DELETE("/api/v1/providers/{provider_id}", { params }));
            changed();
          }}
          close={close}
        />
      )}
    </Card>
  );
}

/** What can be done with something that has a name. */
export function ChangeMenu({ name, edit, remove }: { name: string; edit: () => void; remove: () => void }) {
  const m = useMessages();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" aria-label={m.connections.menu(name)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit}>
          {m.edit}
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={remove}>
          {m.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
