/**
 * The history entries of the order in the table `o`. Each row reads only its own entries, however many owners have an
 * order with the same id: entries with an owner have their own index. Entries from before they contained owners belong
 * to the order that was the only one with its id (infra/migrations/000011-history-names-owners.sql).
 */
export const HISTORY_OF_O = `(
  SELECT h.* FROM public.order_history h
  WHERE h.order_id = o.order_id AND h.owner = o.owner AND h.owner <> ''
  UNION ALL
  SELECT h.* FROM public.order_history h
  WHERE h.order_id = o.order_id AND (o.owner = '' OR o.had_id_alone)
    AND ((h.owner = '' AND o.owner = '') OR (h.owner IS NULL AND o.had_id_alone)))`;
