/** Whether an answer was right, in a press; why not, in words. */
import { ActionIcon, Button, Group, Popover, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconThumbDown, IconThumbUp } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import { problemText } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";

type Rating = "up" | "down";

export function Feedback({ answerId }: { answerId: string }) {
  const m = useMessages();
  const [given, setGiven] = useState<Rating | null>(null);
  const [telling, setTelling] = useState(false);
  const [comment, setComment] = useState("");
  const send = useMutation({
    mutationFn: (feedback: { rating: Rating; comment?: string }) => read(api.POST("/api/v1/feedback", { body: { answer_id: answerId, ...feedback } })),
    onMutate: ({ rating }) => setGiven(rating),
    onError: (error) => {
      setGiven(null);
      toast(problemText(asProblem(error), m), { tone: "danger" });
    },
  });
  const tell = () => {
    send.mutate({ rating: "down", comment: comment.trim() });
    setTelling(false);
    toast(m.feedback.thanks);
  };
  return (
    <>
      <ActionIcon
        variant={given === "up" ? "light" : "subtle"}
        color={given === "up" ? "pine" : "gray"}
        aria-label={m.feedback.up}
        aria-pressed={given === "up"}
        title={m.feedback.up}
        onClick={() => send.mutate({ rating: "up" })}
      >
        <IconThumbUp size={16} />
      </ActionIcon>
      <Popover opened={telling} onChange={setTelling} trapFocus width={300} position="bottom-start" withArrow>
        <Popover.Target>
          <ActionIcon
            variant={given === "down" ? "light" : "subtle"}
            color={given === "down" ? "pine" : "gray"}
            aria-label={m.feedback.down}
            aria-pressed={given === "down"}
            title={m.feedback.down}
            onClick={() => {
              send.mutate({ rating: "down" });
              setTelling(true);
            }}
          >
            <IconThumbDown size={16} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown aria-label={m.feedback.why}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              tell();
            }}
          >
            <Stack gap="xs">
              <Textarea data-autofocus autosize minRows={2} maxRows={8} maxLength={4000} label={m.feedback.why} value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
              <Group justify="flex-end" gap="xs">
                <Button size="xs" variant="default" onClick={() => setTelling(false)}>
                  {m.close}
                </Button>
                <Button size="xs" type="submit" disabled={comment.trim() === ""}>
                  {m.feedback.send}
                </Button>
              </Group>
            </Stack>
          </form>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}
