/** Who works here, who was invited, the keys that programs use, how long data stays, and what a query may cost. */
import { Stack, Tabs } from "@mantine/core";
import { useSession } from "../app/session";
import { Page } from "../design/Page";
import { useMessages } from "../i18n/messages";
import { ConversationRetention } from "./ConversationRetention";
import { Keys } from "./Keys";
import { Limits } from "./Limits";
import { Members } from "./Members";
import { Retention } from "./Retention";

export function WorkspacePage() {
  const m = useMessages();
  const { workspace, mayAdminister } = useSession();
  return (
    <Page title={workspace.name} lead={m.workspace.lead}>
      <Tabs defaultValue="members" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="members">{m.workspace.members}</Tabs.Tab>
          {mayAdminister && <Tabs.Tab value="keys">{m.workspace.keys}</Tabs.Tab>}
          <Tabs.Tab value="data">{m.workspace.retention}</Tabs.Tab>
          <Tabs.Tab value="limits">{m.workspace.limits}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="members">
          <Members />
        </Tabs.Panel>
        <Tabs.Panel value="keys">
          <Keys />
        </Tabs.Panel>
        <Tabs.Panel value="data">
          <Stack gap="xl">
            <Retention />
            <ConversationRetention />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="limits">
          <Limits />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
