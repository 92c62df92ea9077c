/** Whether an answer was right, in a press; why not, and what would have been, in words. */
import { ActionIcon, Button, Group, Popover, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { FeedbackIn } from "../api/schema";
import { problemText } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { Correcting } from "./Correcting";
import { confirmable } from "./corrections";
import type { Turn } from "./turn";

type Given = Omit<FeedbackIn, "answer_id">;

export function Feedback({ answerId, turn }: { answerId: string; turn: Turn }) {
  const m = useMessages();
  const [given, setGiven] = useState<Given["rating"] | null>(null);
  const [open, setOpen] = useState<Given["rating"] | null>(null);
  const send = useMutation({
    mutationFn: (feedback: Given) => read(api.POST("/api/v1/feedback", { body: { answer_id: answerId, ...feedback } })),
    onMutate: ({ rating }) => setGiven(rating),
    onError: (error) => {
      setGiven(null);
      toast(problemText(asProblem(error), m), { tone: "danger" });
    },
  });
  const tell = (feedback: Given) => {
    send.mutate(feedback, { onSuccess: (kept) => toast(kept.proposal_id === null ? m.feedback.thanks : m.feedback.proposed) });
    setOpen(null);
  };
  const press = (rating: Given["rating"]) => {
    send.mutate({ rating });
    setOpen(rating === "down" || confirmable(turn) ? rating : null);
  };
  return (
    <>
      <Popover opened={open === "up"} onChange={(shown) => !shown && setOpen(null)} trapFocus width={300} position="bottom-start" withArrow>
        <Popover.Target>
          <Thumb rating="up" given={given} press={press} />
        </Popover.Target>
        <Popover.Dropdown aria-label={m.feedback.confirm}>
          <Stack gap="xs">
            <Text size="sm">{m.feedback.confirmLead}</Text>
            <Group justify="flex-end" gap="xs">
              <Button size="xs" variant="default" onClick={() => setOpen(null)}>
                {m.close}
              </Button>
              <Button size="xs" data-autofocus onClick={() => tell({ rating: "up", confirm: true })}>
                {m.feedback.confirm}
              </Button>
            </Group>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      <Popover opened={open === "down"} onChange={(shown) => !shown && setOpen(null)} trapFocus width={340} position="bottom-start" withArrow>
        <Popover.Target>
          <Thumb rating="down" given={given} press={press} />
        </Popover.Target>
        <Popover.Dropdown aria-label={m.feedback.why}>
          <Correcting turn={turn} close={() => setOpen(null)} send={(told) => tell({ rating: "down", ...told })} />
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

interface ThumbProps {
  rating: Given["rating"];
  given: Given["rating"] | null;
  press: (rating: Given["rating"]) => void;
  ref?: React.Ref<HTMLButtonElement>;
}

function Thumb({ rating, given, press, ...target }: ThumbProps) {
  const m = useMessages();
  const Icon = rating === "up" ? IconThumbUp : IconThumbDown;
  return (
    <ActionIcon
      {...target}
      variant={given === rating ? "light" : "subtle"}
      color={given === rating ? "pine" : "gray"}
      aria-label={m.feedback[rating]}
      aria-pressed={given === rating}
      title={m.feedback[rating]}
      onClick={() => press(rating)}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}
