import { notifications } from "@mantine/notifications";

/** Do something that may fail: say that it is done, or why it is not. True when it is. */
export async function act(work: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await work();
    notifications.show({ message: done });
    return true;
  } catch (error) {
    notifications.show({ color: "red", title: "This did not work", message: error instanceof Error ? error.message : String(error) });
    return false;
  }
}
