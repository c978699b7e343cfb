"""The use cases of anny, and all that changes anything.

    cart            into a cart, out of it, submitted               making     how a booking comes to be
    instant         booked at once                                  diary      the time of resources: taken, moved, freed
    paying          what an order has come to                       till       what orders cost, and their invoices
    canceling       what it costs, and doing it                     forms      the custom form, answered
    organisation    accept, reject, check in, check out             timetable  what time does to a booking, and when
    edits           three edits, and putting back                   due        doing it
    invitations     answered by who is invited
    reading, catalogue, availability, subscriptions

What a method refuses, it may refuse after it has written something: the transaction around it undoes that.
"""
