/** A new provider with the first of its models. */
import { Button, Group, Modal, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";

const KINDS = ["openai", "anthropic", "gemini"];

export function AddProvider() {
  const m = useMessages();
  const [opened, { open, close }] = useDisclosure();
  return (
    <Group justify="flex-end" mb="md">
      <Button leftSection={<IconPlus size={16} />} onClick={open}>
        {m.models.addProvider}
      </Button>
      <Modal opened={opened} onClose={close} title={m.models.addProvider} closeButtonProps={{ "aria-label": m.close }}>
        <ProviderForm close={close} />
      </Modal>
    </Group>
  );
}

function ProviderForm({ close }: { close: () => void }) {
  const m = useMessages();
  const queries = useQueryClient();
  const [form, setForm] = useState({ name: "", kind: "openai", base_url: "", api_key: "", models: "" });
  const put = (name: keyof typeof form) => (value: string | null) => setForm((now) => ({ ...now, [name]: value ?? "" }));
  const save = useMutation({
    mutationFn: () => {
      const models = form.models.split(/[\s,]+/).filter(Boolean).map((name) => ({ name }));
      const body = { name: form.name, kind: form.kind, base_url: form.base_url, api_key: form.api_key || null, models };
      return read(api.POST("/api/v1/providers", { body: body as never }));
    },
    onSuccess: () => {
      ["providers", "models"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
      close();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <TextInput data-autofocus required label={m.name_} value={form.name} onChange={(event) => put("name")(event.currentTarget.value)} />
        <Select label={m.models.protocol} allowDeselect={false} value={form.kind} onChange={put("kind")} data={KINDS} />
        <TextInput label={m.models.address} placeholder="https://" value={form.base_url} onChange={(event) => put("base_url")(event.currentTarget.value)} />
        <PasswordInput label={m.models.key} autoComplete="off" value={form.api_key} onChange={(event) => put("api_key")(event.currentTarget.value)} />
        <TextInput label={m.models.modelNames} description={m.models.modelNamesHint} value={form.models} onChange={(event) => put("models")(event.currentTarget.value)} />
        <FailureNote error={save.error} />
        <Button type="submit" loading={save.isPending}>
          {m.add}
        </Button>
      </Stack>
    </form>
  );
}
