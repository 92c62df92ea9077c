/** What people confirmed and what they propose: verified questions, synonyms, notes on documents. */
import { Tabs } from "@mantine/core";
import { useSession } from "../app/session";
import { Page } from "../design/Page";
import { useMessages } from "../i18n/messages";
import { Proposals } from "./Proposals";
import { Questions } from "./Questions";
import { Share } from "./Share";

export function VerifiedPage() {
  const m = useMessages();
  const { mayEdit, mayAdminister } = useSession();
  return (
    <Page title={m.nav.verified} lead={m.verified.lead}>
      {mayAdminister && <Share />}
      <Tabs defaultValue="questions" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="questions">{m.verified.questions}</Tabs.Tab>
          {mayEdit && <Tabs.Tab value="proposals">{m.verified.proposals}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="questions">
          <Questions />
        </Tabs.Panel>
        <Tabs.Panel value="proposals">
          <Proposals />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
