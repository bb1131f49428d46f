// Keeps the page inside what the on-screen keyboard leaves visible. Safari lays the keyboard over
// the page and scrolls; the page follows the visual viewport instead, so that the key bar stays
// above the keyboard and nothing slides away.

export function followViewport(): void {
  const visual = window.visualViewport
  if (visual === null) return
  const apply = (): void => {
    // Zoomed in by the reader's fingers: the layout must not chase the lens.
    if (visual.scale > 1.01) return
    const { style } = document.documentElement
    style.setProperty('--page-height', `${visual.height}px`)
    style.setProperty('--page-top', `${visual.offsetTop}px`)
  }
  visual.addEventListener('resize', apply)
  visual.addEventListener('scroll', apply)
  apply()
}
