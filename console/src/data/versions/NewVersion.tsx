/** Another file of a table: what becomes of the rows that are there, and how far it is. */
import { Button, FileInput, MultiSelect, Progress, Radio, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconUpload } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { Problem } from "../../api/problems";
import type { DatasetView, Uploaded } from "../../api/schema";
import { Dialog } from "../../design/Dialog";
import { FailureNote } from "../../design/Failure";
import { JobProgress } from "../../design/JobProgress";
import { toast } from "../../design/toasts";
import { useMessages } from "../../i18n/messages";
import { sent } from "../../uploads/upload";

const MODES = ["replace", "append", "upsert"] as const;
type Mode = (typeof MODES)[number];
const ACCEPTED = ".csv,.tsv,.xlsx,.xlsm,.xls,.ods,.parquet,.jsonl,.ndjson";

export function NewVersion({ dataset, made }: { dataset: DatasetView; made: () => void }) {
  const m = useMessages();
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <Button leftSection={<IconUpload size={16} />} onClick={() => setOpened(true)}>
        {m.versions.upload}
      </Button>
      <Dialog opened={opened} onClose={close} title={m.versions.uploadTitle(dataset.label)} closeButtonProps={{ "aria-label": m.close }}>
        <VersionForm
          dataset={dataset}
          changed={made}
          ended={() => {
            made();
            close();
          }}
        />
      </Dialog>
    </>
  );
}

function VersionForm({ dataset, changed, ended }: { dataset: DatasetView; changed: () => void; ended: () => void }) {
  const m = useMessages();
  const keys = (dataset.fields ?? []).filter((each) => each.role === "key").map((each) => each.name);
  const [file, setFile] = useState<File | null>(null);
  const [mode, setMode] = useState<Mode>("replace");
  const [key, setKey] = useState<string[]>(keys.slice(0, 1));
  const [share, setShare] = useState(0);
  const [job, setJob] = useState<string | null>(null);
  const [failure, setFailure] = useState<Problem | null>(null);
  const leaving = useRef(new AbortController());
  useEffect(() => () => leaving.current.abort(), []);
  const upload = useMutation({
    mutationFn: async (chosen: File) => {
      const fields = [["dataset_id", dataset.id], ["mode", mode], ...(mode === "upsert" ? key.map((each) => ["key", each] as const) : [])] as const;
      return (await sent("/api/v1/datasets", chosen, setShare, leaving.current.signal, fields as readonly (readonly [string, string])[])) as Uploaded;
    },
    onSuccess: (accepted) => {
      if (accepted.job === null) {
        toast(m.versions.existed);
        ended();
      } else setJob(accepted.job.id);
    },
  });
  if (job !== null) {
    return (
      <JobProgress
        id={job}
        label={m.versions.reading}
        done={() => {
          toast(m.versions.made);
          ended();
        }}
        failed={(problem) => {
          setJob(null);
          setFailure(problem);
          changed();
        }}
      />
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setFailure(null);
        setShare(0);
        if (file !== null) upload.mutate(file);
      }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {m.versions.uploadLead}
        </Text>
        <FileInput data-autofocus required label={m.versions.file} placeholder={m.versions.chooseFile} accept={ACCEPTED} leftSection={<IconUpload size={16} />} value={file} onChange={setFile} />
        <Radio.Group label={m.versions.mode} value={mode} onChange={(value) => setMode(value as Mode)}>
          <Stack gap="xs" mt="xs">
            {MODES.map((each) => (
              <Radio key={each} value={each} label={m.versions.modes[each]} />
            ))}
          </Stack>
        </Radio.Group>
        {mode === "upsert" && (
          <MultiSelect required label={m.versions.key} value={key} onChange={setKey} data={(dataset.fields ?? []).map((each) => ({ value: each.name, label: each.label }))} />
        )}
        <FailureNote error={upload.error ?? failure} />
        {upload.isPending && <Progress value={share * 100} aria-label={m.versions.sending} />}
        <Button type="submit" loading={upload.isPending} disabled={file === null || (mode === "upsert" && key.length === 0)}>
          {m.versions.send}
        </Button>
      </Stack>
    </form>
  );
}
