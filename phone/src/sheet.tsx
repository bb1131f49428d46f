// A dialog at the lower edge, where thumbs are.

import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { Icon } from './icon.js'

interface Props {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

export function Sheet({ title, onClose, children }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  const onClick = (event: Event): void => {
    // What is beside the sheet belongs to the dialog itself.
    if (event.target === dialog.current) onClose()
  }
  return (
    <dialog ref={dialog} class="sheet" aria-labelledby="sheet-title" onClose={onClose} onClick={onClick}>
      <div class="inside">
        <header>
          {/* Has the focus at first, so that no keyboard opens. */}
          <h2 id="sheet-title" tabIndex={-1} autofocus>
            {title}
          </h2>
          <button class="round" aria-label="Close" onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
