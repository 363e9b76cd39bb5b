/**
 * The history entries of the order in the table `o`, each row of it at the cost of its own entries, however many owners have an
 * order with the same id: entries with an owner have an index of their own. Entries from before they named owners belong to the order
 * that had its id alone (infra/migrations/000011-history-names-owners.sql).
 */
export const HISTORY_OF_O = `(
  SELECT h.* FROM public.order_history h
  WHERE h.order_id = o.order_id AND h.owner = o.owner AND h.owner <> ''
  UNION ALL
  SELECT h.* FROM public.order_history h
  WHERE h.order_id = o.order_id AND (o.owner = '' OR o.had_id_alone)
    AND ((h.owner = '' AND o.owner = '') OR (h.owner IS NULL AND o.had_id_alone)))`;
