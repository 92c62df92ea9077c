/** Earlier states of the model: what each differs in from today's, and the way back. */
import { Badge, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, read } from "../api/client";
import { raw } from "../api/transport";
import { useSession } from "../app/session";
import { Failure, FailureNote } from "../design/Failure";
import { Pages } from "../design/Pages";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import { Changes } from "./Changes";
import { diff, folded } from "./diff";
import { textAt, type Loaded } from "./model";
import css from "./semantics.module.css";

export function Revisions({ loaded }: { loaded: Loaded }) {
  const m = useMessages();
  const f = useFormats();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const [compared, setCompared] = useState<string | null>(null);
  const current = loaded.etag.replaceAll('"', "");
  const restore = useMutation({
    mutationFn: ({ revision, etag }: { revision: string; etag: string }) =>
      raw(`/api/v1/semantic-models/${loaded.id}/restore`, { method: "POST", headers: { "Content-Type": "application/json", ...(etag !== "" && { "If-Match": etag }) }, body: JSON.stringify({ revision }) }),
    onSuccess: (_, { etag }) => {
      setCompared(null);
      ["semantics", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
      // Undoing is going back once more, whatever the model is by then.
      toast(m.semantics.restored, etag === "" ? {} : { undo: () => restore.mutate({ revision: current, etag: "" }) });
    },
  });
  return (
    <Stack>
      <FailureNote error={restore.error} />
      <Pages
        queryKey={["semantics", "revisions", loaded.id]}
        load={(cursor) => read(api.GET("/api/v1/semantic-models/{model_id}/revisions", { params: { path: { model_id: loaded.id }, query: { limit: 25, ...(cursor && { cursor }) } } }))}
        empty={null}
      >
        {(revisions) => (
          <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{m.semantics.revision}</Table.Th>
                  <Table.Th>{m.semantics.inForce}</Table.Th>
                  <Table.Th>{m.actions}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {revisions.map((each) => (
                  <Table.Tr key={each.revision}>
                    <Table.Td>
                      <code>{each.revision}</code>
                    </Table.Td>
                    <Table.Td>{f.moment(each.created_at)}</Table.Td>
                    <Table.Td>
                      {each.current ? (
                        <Badge color="pine">{m.semantics.current}</Badge>
                      ) : (
                        <Group gap="xs">
                          <Button size="compact-xs" variant="default" aria-label={m.semantics.compareWith(each.revision)} onClick={() => setCompared(each.revision)}>
                            {m.versions.compare}
                          </Button>
                          {mayEdit && (
                            <Button
                              size="compact-xs"
                              variant="default"
                              aria-label={m.semantics.goBackTo(each.revision)}
                              loading={restore.isPending && restore.variables.revision === each.revision}
                              onClick={() => restore.mutate({ revision: each.revision, etag: loaded.etag })}
                            >
                              {m.semantics.goBack}
                            </Button>
                          )}
                        </Group>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Pages>
      {compared !== null && <Compared id={loaded.id} before={compared} after={current} />}
    </Stack>
  );
}

function Compared({ id, before, after }: { id: string; before: string; after: string }) {
  const m = useMessages();
  const texts = useQuery({ queryKey: ["semantics", "texts", id, before, after], queryFn: () => Promise.all([textAt(id, before), textAt(id, after)]), staleTime: Infinity });
  const changes = useQuery({ queryKey: ["semantics", "changes", id, before, after], queryFn: () => read(api.GET("/api/v1/semantic-models/{model_id}/revisions/diff", { params: { path: { model_id: id }, query: { from: before, to: after } } })), staleTime: Infinity });
  const lines = useMemo(() => (texts.data === undefined ? [] : folded(diff(content(texts.data[0]), content(texts.data[1])))), [texts.data]);
  if (changes.isError) return <Failure error={changes.error} retry={() => void changes.refetch()} />;
  if (texts.isError) return <Failure error={texts.error} retry={() => void texts.refetch()} />;
  if (texts.isPending || changes.isPending) return <Waiting lines={6} />;
  return (
    <section aria-label={m.versions.comparison}>
      <Title order={2} size="h4" mb="xs">
        {m.semantics.differences(before)}
      </Title>
      {lines.length === 0 ? (
        <Text size="sm">{m.semantics.noDifference}</Text>
      ) : (
        <>
        <Changes changes={changes.data.changes} />
        <pre className={css.diff} tabIndex={0} aria-label={m.semantics.differences(before)}>
          {lines.map((line, place) => (
            <span key={place} data-kind={line?.kind}>
              {line === null ? "⋯" : `${{ same: " ", added: "+", removed: "−" }[line.kind]} ${line.text}`}
            </span>
          ))}
        </pre>
        </>
      )}
    </section>
  );
}

/** Without what every revision has otherwise. */
function content(yaml: string): string {
  return yaml.replace(/^(id|revision|updated_at): .*\n/gm, "");
}
