// The stations of the tour through the API, in this order: each goes on from where the last one
// left the bank.
#pragma once

#include "openapi_tour.hpp"

namespace holdfast::http::test {

// The limits and tariffs that the stations expect.
engine::Rules tour_rules();

void visit_service(Tour& tour);
void visit_archive(Tour& tour);
void visit_accounts(Tour& tour);
void visit_cards(Tour& tour);
void visit_holds(Tour& tour);
void visit_postings(Tour& tour);
void visit_batches(Tour& tour);
void visit_core(Tour& tour);
void visit_batch_items(Tour& tour);
void visit_fx_rates(Tour& tour);
void visit_authorizations(Tour& tour);
void visit_clearing(Tour& tour);
void visit_books(Tour& tour);
void visit_bulk(Tour& tour);

}  // namespace holdfast::http::test
