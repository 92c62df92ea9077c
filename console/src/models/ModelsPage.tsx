/** The models that can be called, the names that lead to them, who provides them, and whether they answer. */
import { Badge, Group, Tabs, Text } from "@mantine/core";
import { IconCpu } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { BreakerState, ModelNameOut } from "../api/schema";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { Page } from "../design/Page";
import { Pages } from "../design/Pages";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { useFormats, useMessages } from "../i18n/messages";
import { Aliases } from "./Aliases";
import { AnswersOffer } from "./AnswersOffer";
import { Cascades } from "./Cascades";
import { Providers } from "./Providers";

const STATES: Record<BreakerState, string> = { closed: "pine", half_open: "yellow", open: "red", paused: "gray" };

export function ModelsPage() {
  const m = useMessages();
  const { mayAdminister } = useSession();
  const [tab, setTab] = useState<string | null>("models");
  return (
    <Page title={m.nav.models} lead={m.models.lead}>
      {mayAdminister && <AnswersOffer />}
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="models">{m.nav.models}</Tabs.Tab>
          {mayAdminister && (
            <>
              <Tabs.Tab value="aliases">{m.models.aliases}</Tabs.Tab>
              <Tabs.Tab value="cascades">{m.models.cascades}</Tabs.Tab>
              <Tabs.Tab value="providers">{m.models.providers}</Tabs.Tab>
            </>
          )}
        </Tabs.List>
        <Tabs.Panel value="models">
          <Models />
        </Tabs.Panel>
        <Tabs.Panel value="aliases">
          <Aliases />
        </Tabs.Panel>
        <Tabs.Panel value="cascades">
          <Cascades />
        </Tabs.Panel>
        <Tabs.Panel value="providers">
          <Providers />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Models() {
  const m = useMessages();
  return (
    <Pages
      queryKey={["models", "list"]}
      load={(cursor) => read(api.GET("/api/v1/models", { params: { query: { limit: 100, ...(cursor && { cursor }) } } }))}
      live={(models) => models.some(({ targets }) => targets.some(({ state }) => state !== "closed"))}
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
            <Badge key={`${target.provider} ${target.model}`} color={STATES[target.state]} title={target.reason ?? m.models.state[target.state]}>
              {target.provider}: {m.models.state[target.state]}
              {target.retry_in_seconds > 0 && `, ${m.models.triedIn(f.duration(1000 * Math.ceil(target.retry_in_seconds)))}`}
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
