/** Who works here, who was invited, and the keys that programs use. */
import { Stack, Tabs } from "@mantine/core";
import { useSession } from "../app/session";
import { Page } from "../design/Page";
import { useMessages } from "../i18n/messages";
import { ConversationRetention } from "./ConversationRetention";
import { Keys } from "./Keys";
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
      </Tabs>
    </Page>
  );
}
