// A field to paste into, for browsers that let a page read the clipboard only from a paste.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

interface Props {
  readonly onPaste: (text: string) => void
  readonly onClose: () => void
}

export function PasteDialog({ onPaste, onClose }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const text = new FormData(event.currentTarget).get('text')
    if (typeof text === 'string' && text !== '') onPaste(text)
    onClose()
  }
  return (
    <dialog ref={dialog} class="paste" aria-labelledby="paste-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="paste-title">Paste into the terminal</h2>
        <textarea name="text" rows={5} autocapitalize="off" autocorrect="off" spellcheck={false} aria-label="Text to paste" autofocus />
        <div class="actions">
          <button type="button" class="quiet" onClick={onClose}>
            Cancel
          </button>
          <button class="primary">Paste</button>
        </div>
      </form>
    </dialog>
  )
}

/** The clipboard's text, or undefined where the browser does not give it to a page. */
export async function readClipboard(): Promise<string | undefined> {
  // Absent where the page does not come over https or from this very machine.
  const clipboard = navigator.clipboard as Clipboard | undefined
  try {
    return await clipboard?.readText()
  } catch {
    return undefined
  }
}
