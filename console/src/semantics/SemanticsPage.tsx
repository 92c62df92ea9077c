/** The semantic model: in fields and as text side by side, checked while it is edited, with its revisions. */
import { Button, Group, SegmentedControl, Tabs, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconSchema } from "@tabler/icons-react";
import { useState } from "react";
import { asProblem } from "../api/problems";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { Failure, FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { toast } from "../design/toasts";
import { Unsaved } from "../design/Unsaved";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import { keep, load, mistakesOf, type Loaded } from "./model";
import { ModelForm } from "./ModelForm";
import { Revisions } from "./Revisions";
import css from "./semantics.module.css";
import { TryQuestion } from "./TryQuestion";
import { useDraft, type Draft } from "./useDraft";
import { YamlPane } from "./YamlPane";

export function SemanticsPage() {
  const m = useMessages();
  const loaded = useQuery({ queryKey: ["semantics", "model"], queryFn: load, refetchOnWindowFocus: false });
  return (
    <Page wide title={m.nav.semantics} lead={m.semantics.lead}>
      {loaded.isPending ? (
        <Waiting lines={12} />
      ) : loaded.isError ? (
        <Failure error={loaded.error} retry={() => void loaded.refetch()} />
      ) : loaded.data === null ? (
        <Empty icon={IconSchema} title={m.semantics.none} lead={m.semantics.noneLead} />
      ) : (
        <Tabs defaultValue="model" keepMounted>
          <Tabs.List mb="md">
            <Tabs.Tab value="model">{m.semantics.model}</Tabs.Tab>
            <Tabs.Tab value="revisions">{m.semantics.revisions}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="model">
            <Editor loaded={loaded.data} />
          </Tabs.Panel>
          <Tabs.Panel value="revisions">
            <Revisions loaded={loaded.data} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}

function Editor({ loaded }: { loaded: Loaded }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const draft = useDraft(loaded);
  // A form over a text with mistakes would make the text anew from the last one without.
  const mistaken = draft.source?.kind === "yaml" && draft.mistakes.length > 0;
  // On a narrow window one side is shown at a time; both stay, so that neither loses what is being typed.
  const [side, setSide] = useState("form");
  const sides = [
    { value: "form", label: m.semantics.inFields },
    { value: "text", label: m.semantics.asText },
  ];
  return (
    <>
      <SegmentedControl fullWidth hiddenFrom="md" mb="md" aria-label={m.semantics.side} value={side} onChange={setSide} data={sides} />
      <div className={css.sides} data-side={side}>
        <section className={css.side} aria-label={m.semantics.form}>
          <ModelForm model={draft.model} readOnly={!mayEdit || mistaken} change={draft.editModel} />
        </section>
        <section className={css.side} aria-label={m.semantics.text}>
          <TryQuestion unsaved={draft.source !== null} />
          <YamlPane yaml={draft.yaml} readOnly={!mayEdit} mistakes={draft.mistakes} change={draft.editYaml} />
          <FailureNote error={draft.failure} />
        </section>
      </div>
      {draft.source !== null && <SaveBar draft={draft} />}
      <Unsaved when={draft.source !== null} />
    </>
  );
}

function SaveBar({ draft }: { draft: Draft }) {
  const m = useMessages();
  const queries = useQueryClient();
  const refresh = () => ["semantics", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
  const save = useMutation({
    mutationFn: async () => {
      if (draft.source !== null) await keep(draft.based, draft.source);
    },
    onSuccess: () => {
      toast(m.semantics.saved);
      document.getElementById("content")?.focus();
      draft.saved();
      refresh();
    },
  });
  const discard = () => {
    draft.discard();
    toast(m.semantics.discarded, { undo: () => draft.restore(draft) });
  };
  const stale = save.error !== null && asProblem(save.error).status === 412;
  const state = draft.checking ? m.semantics.checking : draft.mistakes.length > 0 ? m.semantics.mistaken(draft.mistakes.length) : m.semantics.sound;
  return (
    <div className={css.bar} role="region" aria-label={m.semantics.changes}>
      <Text size="sm" role="status">
        {state}
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={discard}>
          {m.semantics.discard}
        </Button>
        <Button disabled={draft.checking || draft.mistakes.length > 0} loading={save.isPending} onClick={() => save.mutate()}>
          {m.save}
        </Button>
      </Group>
      {save.error !== null && mistakesOf(save.error) === null && <FailureNote error={save.error} />}
      {stale && (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            discard();
            refresh();
          }}
        >
          {m.problem.reload}
        </Button>
      )}
    </div>
  );
}
