/** All of a person's conversations: searched by the server, by title and by what was said. */
import { Button, FileButton, SegmentedControl, Select, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconFileImport, IconMessages, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { asProblem } from "../api/problems";
import { Empty } from "../design/Empty";
import { Failure, problemText } from "../design/Failure";
import { Page } from "../design/Page";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import css from "./conversations.module.css";
import { bringIn, knownTags, LISTS, pageOf, type Wanted } from "./list";
import { Lines } from "./Lines";

const STATES = ["current", "pinned", "archived"] as const;
const LONGEST = 200;

export function ConversationsPage() {
  const m = useMessages();
  const [text, setText] = useState("");
  const [state, setState] = useState<Wanted["state"]>("current");
  const [tag, setTag] = useState<string | null>(null);
  const [q] = useDebouncedValue(text.trim(), 200);
  const tags = useQuery({ queryKey: [...LISTS, "tags"], queryFn: knownTags });
  const wanted: Wanted = { q, state, tag };
  return (
    <Page title={m.nav.allConversations} lead={m.conversations.lead} actions={<Import />}>
      <div className={css.bar} role="search">
        <TextInput className={css.search} type="search" leftSection={<IconSearch size={16} />} aria-label={m.conversations.search} placeholder={m.conversations.search} maxLength={LONGEST} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        <Select className={css.tag} clearable searchable aria-label={m.conversations.tag} placeholder={m.conversations.tag} clearButtonProps={{ "aria-label": m.all }} data={withChosen(tags.data ?? [], tag)} value={tag} onChange={setTag} />
        <SegmentedControl size="sm" aria-label={m.conversations.which} value={state} onChange={(value) => setState(value as Wanted["state"])} data={STATES.map((value) => ({ value, label: m.conversations.states[value] }))} />
      </div>
      <Found wanted={wanted} chooseTag={setTag} />
    </Page>
  );
}

function withChosen(tags: readonly string[], chosen: string | null): string[] {
  return chosen === null || tags.includes(chosen) ? [...tags] : [chosen, ...tags];
}

function Found({ wanted, chooseTag }: { wanted: Wanted; chooseTag: (tag: string) => void }) {
  const m = useMessages();
  const pages = useInfiniteQuery({
    queryKey: [...LISTS, "all", wanted],
    queryFn: ({ pageParam }) => pageOf(wanted, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  if (pages.isPending) return <Waiting />;
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  const items = pages.data.pages.flatMap((page) => page.items);
  if (items.length === 0) {
    const isNarrowed = wanted.q !== "" || wanted.tag !== null || wanted.state !== "current";
    return <Empty icon={IconMessages} title={m.conversations.none} lead={isNarrowed ? m.conversations.noneFound : m.conversations.noneYet} />;
  }
  const more = pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : null;
  return <Lines sessions={items} q={wanted.q} more={more} chooseTag={chooseTag} />;
}

function Import() {
  const m = useMessages();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const made = useMutation({
    mutationFn: bringIn,
    onSuccess: (session) => {
      toast(m.conversations.imported(session.title ?? m.conversations.untitled));
      void queries.invalidateQueries({ queryKey: LISTS });
      void navigate({ to: "/c/$sessionId", params: { sessionId: session.id } });
    },
    onError: (error) => toast(problemText(asProblem(error), m), { tone: "danger" }),
  });
  return (
    <FileButton accept=".json,.md,.markdown,application/json,text/markdown" onChange={(file) => file !== null && made.mutate(file)}>
      {(props) => (
        <Tooltip label={m.conversations.importHint}>
          <Button {...props} variant="default" loading={made.isPending} leftSection={<IconFileImport size={16} />}>
            {m.conversations.import}
          </Button>
        </Tooltip>
      )}
    </FileButton>
  );
}
