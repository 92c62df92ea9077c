/** Where models are here and none of them writes answers: one click makes the alias that answering goes by. */
import { Alert, Button, Group, Select, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconSparkles } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { ModelNameOut } from "../api/schema";
import { FailureNote } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { ANSWERS, useModelNames, useModelsChanged } from "./names";

export function AnswersOffer() {
  const m = useMessages();
  const changed = useModelsChanged();
  const names = useModelNames();
  const [chosen, setChosen] = useState<string | null>(null);
  const fitting = writers(names ?? []);
  const model = chosen ?? fitting[0]?.name;
  const make = useMutation({
    mutationFn: (target: string) => read(api.POST("/api/v1/model-aliases", { body: { name: ANSWERS, targets: [{ model: target }] } as never })),
    onSuccess: (_, target) => {
      changed();
      toast(m.models.nowWrites(target));
    },
  });
  if (names === undefined || model === undefined || names.some(({ name }) => name === ANSWERS)) return null;
  return (
    <Alert mb="lg" color="pine" icon={<IconSparkles size={18} />} title={m.models.offerTitle}>
      <Text size="sm">{m.models.offerLead}</Text>
      <Group mt="sm" align="flex-end">
        <Select size="xs" label={m.models.model} allowDeselect={false} value={model} onChange={setChosen} data={fitting.map(({ name }) => name)} />
        <Button size="xs" loading={make.isPending} onClick={() => make.mutate(model)}>
          {m.models.offerAction}
        </Button>
      </Group>
      <FailureNote error={make.error} />
    </Alert>
  );
}

/** Names of models that write, the cheapest first; those without a known price last. */
function writers(names: readonly ModelNameOut[]): ModelNameOut[] {
  const cost = ({ price }: ModelNameOut) => (price === null ? Infinity : price.input_per_mtok + price.output_per_mtok);
  return names.filter(({ kind, capabilities }) => kind !== "pattern" && capabilities.includes("chat")).sort((one, other) => (cost(one) < cost(other) ? -1 : cost(one) > cost(other) ? 1 : 0));
}
