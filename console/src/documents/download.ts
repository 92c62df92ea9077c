/** The file as it was uploaded. */
import type { DocumentView } from "../api/schema";
import { raw } from "../api/transport";

export async function downloadDocument(document: Pick<DocumentView, "id" | "file_name">): Promise<void> {
  const response = await raw(`/api/v1/documents/${document.id}/file`);
  const link = window.document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = document.file_name;
  link.click();
  URL.revokeObjectURL(link.href);
}
