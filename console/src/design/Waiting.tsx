/** Grey lines where content will be. */
import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useMessages } from "../i18n/messages";

export function Waiting({ lines = 6, height = 18 }: { lines?: number; height?: number }) {
  const m = useMessages();
  return (
    <Stack gap="md" aria-busy>
      <VisuallyHidden role="status">{m.loading}</VisuallyHidden>
      {Array.from({ length: lines }, (_, place) => (
        <Skeleton key={place} height={height} radius="sm" width={`${100 - ((place * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}
