/** Which versions of a table stay, and whether files with other columns are taken. */
import { Button, NumberInput, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconArchive } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import type { DatasetChange, DatasetView, RetentionView } from "../../api/schema";
import { Dialog } from "../../design/Dialog";
import { DialogButtons } from "../../design/DialogButtons";
import { Failure, FailureNote } from "../../design/Failure";
import { toast } from "../../design/toasts";
import { Waiting } from "../../design/Waiting";
import { useMessages } from "../../i18n/messages";

interface Props {
  dataset: DatasetView;
  changed: () => void;
}

export function Keeping({ dataset, changed }: Props) {
  const m = useMessages();
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <Button variant="default" leftSection={<IconArchive size={16} />} onClick={() => setOpened(true)}>
        {m.versions.keeping}
      </Button>
      <Dialog opened={opened} onClose={close} title={m.versions.keepingOf(dataset.label)} closeButtonProps={{ "aria-label": m.close }}>
        <KeepingForm
          dataset={dataset}
          changed={() => {
            changed();
            close();
          }}
          close={close}
        />
      </Dialog>
    </>
  );
}

function KeepingForm({ dataset, changed, close }: Props & { close: () => void }) {
  const common = useQuery({ queryKey: ["dataset-retention"], queryFn: () => read(api.GET("/api/v1/dataset-retention")) });
  if (common.isError) return <Failure error={common.error} retry={() => void common.refetch()} />;
  if (common.isPending) return <Waiting lines={4} />;
  return <Fields dataset={dataset} common={common.data} changed={changed} close={close} />;
}

type Schema = NonNullable<DatasetChange["schema_changes"]>;
const SERVERS = "server";

function Fields({ dataset, common, changed, close }: Props & { common: RetentionView; close: () => void }) {
  const m = useMessages();
  const queries = useQueryClient();
  const own = dataset.settings ?? {};
  const [schema, setSchema] = useState<string>(own.schema_changes ?? SERVERS);
  const [versions, setVersions] = useState<string | number>(own.keep_versions ?? "");
  const [days, setDays] = useState<string | number>(own.keep_days ?? "");
  const wanted: DatasetChange = { schema_changes: schema === SERVERS ? null : (schema as Schema), keep_versions: numberOr(versions), keep_days: numberOr(days) };
  const save = useMutation({
    mutationFn: (body: DatasetChange) => read(api.PATCH("/api/v1/datasets/{dataset_id}", { params: { path: { dataset_id: dataset.id } }, body })),
    onSuccess: (_, settings) => {
      // Whoever opens this again sees what was saved, however long the page takes to look again.
      queries.setQueryData(["datasets", dataset.id], (now: DatasetView | undefined) => now && { ...now, settings: { ...now.settings, ...settings } });
      toast(m.versions.keepingSaved);
      changed();
    },
  });
  const choices = [
    { value: SERVERS, label: m.versions.schemaServer },
    { value: "accept", label: m.versions.schemaAccept },
    { value: "refuse", label: m.versions.schemaRefuse },
  ];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(wanted);
      }}
    >
      <Stack>
        <Select data-autofocus allowDeselect={false} label={m.versions.schema} value={schema} onChange={(value) => setSchema(value ?? SERVERS)} data={choices} />
        <NumberInput label={m.workspace.keepVersions} min={1} max={10000} allowDecimal={false} placeholder={m.versions.asWorkspace(common.keep_versions ?? common.server_keep_versions)} value={versions} onChange={setVersions} />
        <NumberInput label={m.workspace.keepDays} min={0} max={36500} allowDecimal={false} placeholder={m.versions.asWorkspace(common.keep_days ?? common.server_keep_days)} value={days} onChange={setDays} />
        <Text size="sm" c="dimmed">
          {m.versions.keepingLead}
        </Text>
        <Text size="sm">{m.workspace.retentionGone}</Text>
        <FailureNote error={save.error} />
        <DialogButtons busy={save.isPending} close={close} />
      </Stack>
    </form>
  );
}

function numberOr(value: string | number): number | null {
  return value === "" ? null : Number(value);
}
