/** The models that can be called, who provides them, and whether they answer. */
import { Badge, Button, Card, Code, Group, Stack, Tabs, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconCircleCheck, IconCpu, IconPlugConnected } from "@tabler/icons-react";
import { api, read } from "../api/client";
import type { BreakerState, ModelNameOut, ProviderOut } from "../api/schema";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { useFormats, useMessages } from "../i18n/messages";
import { AddProvider } from "./AddProvider";

const STATES: Record<BreakerState, string> = { closed: "pine", half_open: "yellow", open: "red", paused: "gray" };

export function ModelsPage() {
  const m = useMessages();
  const { mayAdminister } = useSession();
  return (
    <Page title={m.nav.models} lead={m.models.lead}>
      <Tabs defaultValue="models" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="models">{m.nav.models}</Tabs.Tab>
          {mayAdminister && <Tabs.Tab value="providers">{m.models.providers}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="models">
          <Pages
            queryKey={["models"]}
            load={(cursor) => read(api.GET("/api/v1/models", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }))}
            empty={<Empty icon={IconCpu} title={m.models.none} lead={m.models.noneLead} />}
          >
            {(models) => (
              <RowTable heads={[m.models.model, m.models.can, m.models.targets, m.models.price]}>
                {models.map((model) => (
                  <ModelRow key={`${model.kind} ${model.name}`} model={model} />
                ))}
              </RowTable>
            )}
          </Pages>
        </Tabs.Panel>
        <Tabs.Panel value="providers">
          <AddProvider />
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
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function ModelRow({ model }: { model: ModelNameOut }) {
  const m = useMessages();
  const f = useFormats();
  return (
    <Row>
      <RowCell>
        <Text size="sm" fw={550}>
          {model.name}
        </Text>
        <Text size="xs" c="dimmed">
          {[m.models.kind[model.kind], model.context_window === null ? "" : m.models.context(model.context_window)].filter(Boolean).join(" · ")}
        </Text>
      </RowCell>
      <RowCell head={m.models.can}>
        <Text size="xs">{model.capabilities.map((each) => m.models.capabilities[each]).join(", ")}</Text>
      </RowCell>
      <RowCell head={m.models.targets}>
        <Group gap={4}>
          {model.targets.map((target) => (
            <Badge key={`${target.provider} ${target.model}`} color={STATES[target.state]} title={m.models.state[target.state]}>
              {target.provider}: {m.models.state[target.state]}
            </Badge>
          ))}
        </Group>
      </RowCell>
      <RowCell head={m.models.price}>
        <Text size="xs">{model.price === null ? "–" : m.models.perMillion(f.money(model.price.input_per_mtok), f.money(model.price.output_per_mtok))}</Text>
      </RowCell>
    </Row>
  );
}

function ProviderCard({ provider }: { provider: ProviderOut }) {
  const m = useMessages();
  const f = useFormats();
  const check = useMutation({ mutationFn: () => read(api.POST("/api/v1/providers/{provider_id}/check", { params: { path: { provider_id: provider.id } }, body: {} })) });
  return (
    <Card withBorder radius="lg" padding="md" component="section" aria-label={provider.name}>
      <Group justify="space-between">
        <div>
          <Text fw={600}>{provider.name}</Text>
          <Text size="xs" c="dimmed">
            {provider.kind} · <Code>{provider.base_url}</Code> · {provider.has_key ? m.models.keyEnding(provider.key_ending ?? "") : m.models.noKey}
          </Text>
        </div>
        <Button variant="default" size="xs" loading={check.isPending} onClick={() => check.mutate()}>
          {m.models.test}
        </Button>
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
    </Card>
  );
}
