/** A dialog in the middle of the page. Of several, Escape closes the topmost alone. */
import { Modal, type ModalProps } from "@mantine/core";
import { useRef } from "react";
import { liesBelow } from "./topmost";

export function Dialog({ onClose, ...rest }: ModalProps) {
  const root = useRef<HTMLDivElement>(null);
  return <Modal ref={root} onClose={() => !liesBelow(root.current) && onClose()} {...rest} />;
}
