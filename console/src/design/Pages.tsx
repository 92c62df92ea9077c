/** Lists that page by cursor, and the button for what comes next. */
import { Button, Center } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useMessages } from "../i18n/messages";
import { Failure } from "./Failure";
import { Waiting } from "./Waiting";

interface PageOf<T> {
  items: T[];
  next_cursor?: string | null;
}

interface Props<T> {
  queryKey: readonly unknown[];
  load: (cursor: string | undefined) => Promise<PageOf<T>>;
  empty: ReactNode;
  /** Asked again this often in milliseconds while `live` says so. */
  live?: (items: readonly T[]) => boolean;
  children: (items: readonly T[]) => ReactNode;
}

const LIVE_MS = 2000;

export function Pages<T>({ queryKey, load, empty, live, children }: Props<T>) {
  const m = useMessages();
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => load(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: ({ state }) => (live?.(state.data?.pages.flatMap((page) => page.items) ?? []) ? LIVE_MS : false),
  });
  if (pages.isPending) return <Waiting />;
  if (pages.isError) return <Failure error={pages.error} retry={() => void pages.refetch()} />;
  const items = pages.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return empty;
  return (
    <>
      {children(items)}
      {pages.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {m.more}
          </Button>
        </Center>
      )}
    </>
  );
}
