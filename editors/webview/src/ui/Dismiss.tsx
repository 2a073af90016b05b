/** The button that takes a banner away. */
import { Icon } from "./Icon";

export function Dismiss({ onDismiss }: { onDismiss: () => void }) {
  return (
    <button type="button" class="quiet icon-button" aria-label="Dismiss" onClick={onDismiss}>
      <Icon name="close" />
    </button>
  );
}
